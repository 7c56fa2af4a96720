"""Makes a folder of an encoder, as Optimum lays it out.

`python export_encoder.py CHECKPOINT.pt TOKENIZER.json ARRAYS.npz FOLDER` writes `model_quantized.onnx`, `config.json`, the
tokenizer and `expected.json`. The graph takes `input_ids`, `attention_mask` and `token_type_ids` `[batch, length]` and gives
`logits`; before its weights become int8 it must agree with PyTorch within 1e-4. What both get right is printed, for int8
with one text at a time.
"""

import argparse
import json
import sys
import warnings
from pathlib import Path

import numpy as np
import onnxruntime
import torch
from tokenizers import Tokenizer

sys.path.append(str(Path(__file__).resolve().parent.parent))

from bert import EPSILON, Shape, build
from quantize import quantize
from scripture import SPECIAL
from train_encoder import Data, label_accuracy, masked_accuracy

INPUTS = ("input_ids", "attention_mask", "token_type_ids")
TOLERANCE, OPSET, TOP, TESTED_VERSES = 1e-4, 17, 5, 40
ROLES = ("pad_token", "unk_token", "cls_token", "sep_token", "mask_token")
KNOWN_VERSES = ("In the beginning God created the heaven and the [MASK].", "The LORD is my [MASK]; I shall not want.")


class OneAtATime:
    """A graph in the place of a model; every row is run alone and without its padding."""

    def __init__(self, path):
        options = onnxruntime.SessionOptions()
        options.log_severity_level = 3
        self.session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])

    def logits(self, ids):
        row = np.asarray([ids], np.int64)
        return self.session.run(["logits"], dict(zip(INPUTS, (row, np.ones_like(row), np.zeros_like(row)))))[0][0]

    def __call__(self, ids, mask, types):
        rows = [torch.from_numpy(self.logits(row[: int(n)].numpy())) for row, n in zip(ids, mask.sum(1))]
        # A row of a masked language model is as long as its text, one of a classifier has no length.
        return torch.nn.utils.rnn.pad_sequence(rows, batch_first=True) if rows[0].dim() == 2 else torch.stack(rows)


def load(checkpoint):
    """(model in eval mode, labels)"""
    saved = torch.load(checkpoint, map_location="cpu")
    model = build(Shape(**saved["shape"])).eval()
    model.load_state_dict({name: weight.float() for name, weight in saved["state"].items()})
    return model, saved["labels"]


def example(shape, batch, length):
    """Random inputs; row r is r places shorter than the first."""
    ids = torch.randint(len(SPECIAL), shape.vocab_size, (batch, length), generator=torch.Generator().manual_seed(length))
    mask = (torch.arange(length)[None, :] < length - torch.arange(batch)[:, None]).long()
    return ids * mask, mask, torch.zeros_like(ids)


def export(model, folder):
    path = folder / "model.onnx"
    axes = {0: "batch", 1: "length"}
    outputs = {0: "batch"} if model.shape.labels else axes
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            model, example(model.shape, 2, 7), str(path), dynamo=False, opset_version=OPSET, input_names=list(INPUTS),
            output_names=["logits"], dynamic_axes={**{name: axes for name in INPUTS}, "logits": outputs},
        )  # fmt: skip
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    worst = 0.0
    for batch, length in ((1, 3), (3, 11), (4, model.shape.max_position_embeddings)):
        inputs = example(model.shape, batch, length)
        found = session.run(["logits"], {name: value.numpy() for name, value in zip(INPUTS, inputs)})[0]
        with torch.no_grad():
            worst = max(worst, float(np.abs(found - model(*inputs).numpy()).max()))
    if worst > TOLERANCE:
        raise SystemExit(f"{path}: differs from PyTorch by {worst}")
    print(f"{path}: {path.stat().st_size / 1e6:.2f} MB, differs from PyTorch by {worst:.1e} at most")
    return path


def config(shape, labels):
    head = {"model_type": "bert", "architectures": ["BertForSequenceClassification" if labels else "BertForMaskedLM"]}
    sizes = {k: v for k, v in shape.as_dict().items() if k not in ("labels", "hidden_dropout_prob")}
    more = {"hidden_act": "gelu", "layer_norm_eps": EPSILON, "position_embedding_type": "absolute", "pad_token_id": 0}
    if labels:
        more |= {"problem_type": "single_label_classification", "id2label": dict(enumerate(labels))}
        more |= {"label2id": {label: i for i, label in enumerate(labels)}}
    return {**head, **sizes, **more}


def tokenizer_config(shape, is_classifier):
    kind = "PreTrainedTokenizerFast" if is_classifier else "BertTokenizerFast"
    lower = {} if is_classifier else {"do_lower_case": True}
    names = {"tokenizer_class": kind, "model_max_length": shape.max_position_embeddings, **lower}
    return {**names, **dict(zip(ROLES, SPECIAL)), "clean_up_tokenization_spaces": not is_classifier}


def ranked(logits, names, count=TOP):
    """The likeliest of a row of logits: [{id, name, probability}]."""
    scores = np.exp(logits - logits.max()).astype(np.float64)
    scores /= scores.sum()
    best = np.argsort(-scores, kind="stable")[:count]
    return [{"id": int(i), "token": names(int(i)), "probability": round(float(scores[i]), 5)} for i in best]


def hidden_word(ids, tokenizer, mask_id, turn):
    """(ids with one whole word of them masked, its place), or None. Which one is the turn-th, counted round."""
    whole = [
        i for i in range(1, len(ids) - 2)
        if tokenizer.id_to_token(ids[i]).isalpha() and not tokenizer.id_to_token(ids[i + 1]).startswith("##")
    ]  # fmt: skip
    if not whole:
        return None
    place = whole[(7 * turn) % len(whole)]
    return [*ids[:place], mask_id, *ids[place + 1 :]], place


def masked_words(graph, tokenizer, data):
    """Answers for words of the test split, one hidden in each verse, and for two well-known verses."""
    rows = [[int(i) for i in row if i] for row in data.arrays["test"]]
    found = []
    for turn, row in enumerate(rows[:: max(len(rows) // TESTED_VERSES, 1)][:TESTED_VERSES]):
        hidden = hidden_word(row, tokenizer, data.mask_id, turn)
        if hidden:
            text = tokenizer.decode(hidden[0][1:-1], skip_special_tokens=False)
            if tokenizer.encode(text).ids == hidden[0]:
                found.append((text, *hidden, tokenizer.id_to_token(row[hidden[1]])))
    for text in KNOWN_VERSES:
        ids = tokenizer.encode(text).ids
        found.append((text, ids, ids.index(data.mask_id), None))
    entries = []
    for text, ids, place, word in found:
        top = ranked(graph.logits(ids)[place], tokenizer.id_to_token)
        entries.append({"text": text, "input_ids": ids, "position": place, "hidden": word, "top": top})
    return entries


def named_languages(graph, tokenizer, data, limit):
    """Answers for one sentence of the test split of each label: the first that fits and is the same once read again."""
    entries = []
    for index, name in enumerate(data.labels):
        rows = [[int(i) for i in row if i] for row in data.arrays["test"][data.arrays["test_label"] == index]]
        texts = [(tokenizer.decode(ids).strip(), ids) for ids in rows if len(ids) < limit]
        for text, ids in [(text, ids) for text, ids in texts if tokenizer.encode(text).ids == ids][:1]:
            top = [{"label": e.pop("token"), **e} for e in ranked(graph.logits(ids), lambda i: data.labels[i], 3)]
            entries.append({"text": text, "input_ids": ids, "right": name, "top": top})
    return entries


def write(path, content):
    path.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("checkpoint", help="a .pt file of train_encoder.py")
    parser.add_argument("tokenizer", help="written beside the arrays by scripture.py or languages.py")
    parser.add_argument("data", help="arrays the checkpoint was trained on")
    parser.add_argument("folder")
    options = parser.parse_args()
    folder = Path(options.folder)
    folder.mkdir(parents=True, exist_ok=True)
    model, labels = load(options.checkpoint)
    data = Data(options.data, torch.device("cpu"))
    score = label_accuracy if labels else masked_accuracy
    path = export(model, folder)
    print("fp32", json.dumps(score(model, data, "test")))
    graph = OneAtATime(quantize(path, embeddings=True))
    path.unlink()
    print("int8", json.dumps(score(graph, data, "test")), flush=True)
    tokenizer = Tokenizer.from_file(options.tokenizer)
    tokenizer.save(str(folder / "tokenizer.json"))
    write(folder / "config.json", config(model.shape, labels))
    write(folder / "tokenizer_config.json", tokenizer_config(model.shape, bool(labels)))
    write(folder / "special_tokens_map.json", dict(zip(ROLES, SPECIAL)))
    if labels:
        about, entries = "softmax of logits", named_languages(graph, tokenizer, data, model.shape.max_position_embeddings)
    else:
        about, entries = "softmax of the logits at [MASK]", masked_words(graph, tokenizer, data)
    about += ", the likeliest first; computed one text at a time on the int8 graph"
    write(folder / "expected.json", {"about": about, "texts": entries})
    right = [e["top"][0].get("label", e["top"][0].get("token")) == e.get("right", e.get("hidden")) for e in entries]
    size = (folder / "model_quantized.onnx").stat().st_size
    print(f"{len(entries)} texts in expected.json, {sum(right)} right; the int8 graph has {size / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
