"""Records what Hugging Face transformers gives for the chat templates and snippets in this folder.

Usage: python record.py    (needs transformers and jinja2; the versions are written into the files)

Every folder with a chat_template.jinja gets a renderings.json: the text of each conversation of
conversations.json, or null where the template refuses it. language.json gets the output of each of
its snippets, or null where it is an error.
"""

import datetime
import json
import pathlib

import jinja2
import transformers
from transformers.utils import chat_template_utils

HERE = pathlib.Path(__file__).parent
CONVERSATIONS = json.loads((HERE / "conversations.json").read_text(encoding="utf-8"))
NOW = datetime.datetime.fromisoformat(CONVERSATIONS["date"])
RECORDED_WITH = f"transformers {transformers.__version__}, jinja2 {jinja2.__version__}"


class FixedDate(datetime.datetime):
    @classmethod
    def now(cls, tz=None):
        return NOW


chat_template_utils.datetime = FixedDate


def write(path, value):
    text = json.dumps(value, ensure_ascii=False, indent=1) + "\n"
    path.write_text(text, encoding="utf-8")


def rendering(template, case):
    try:
        rendered, _ = chat_template_utils.render_jinja_template(
            conversations=[case["messages"]],
            tools=case.get("tools"),
            documents=case.get("documents"),
            chat_template=template,
            add_generation_prompt=case["add_generation_prompt"],
            continue_final_message=case.get("continue_final_message", False),
            **CONVERSATIONS["special_tokens"],
            **case.get("variables", {}),
        )
        return rendered[0]
    except (jinja2.TemplateError, TypeError, ValueError, KeyError, AttributeError, IndexError):
        return None


def record_template(folder):
    template = (folder / "chat_template.jinja").read_text(encoding="utf-8")
    cases = {name: rendering(template, case) for name, case in CONVERSATIONS["cases"].items()}
    write(folder / "renderings.json", {"recorded_with": RECORDED_WITH, "cases": cases})


def record_language():
    path = HERE / "language.json"
    recorded = json.loads(path.read_text(encoding="utf-8"))
    for snippet in recorded["snippets"]:
        try:
            template = chat_template_utils._compile_jinja_template(snippet["template"])
            snippet["output"] = template.render(**recorded["variables"])
        except Exception:  # whatever Python raises, the snippet is an error
            snippet["output"] = None
    recorded["recorded_with"] = RECORDED_WITH
    write(path, recorded)


for found in sorted(HERE.glob("*/chat_template.jinja")):
    record_template(found.parent)
record_language()
