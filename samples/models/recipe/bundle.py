"""Makes a folder from a checkpoint: `python bundle.py CHECKPOINT.pt FOLDER [--keep fp32|int8|both]`.

It holds the graphs, configurations, tokenizers and `expected.json`, which says what the decoders of `decode` and `beam`
answer to the words of `words.txt`, run on the folder's own graphs one word at a time.
"""

import argparse
import json
import shutil
from pathlib import Path

import torch

import beam
import decode
from configs import config, generation_config, gru_states
from data import encode_word, phonemes_of
from exported import EXPORTED
from export import export_all, load
from models import ones
from quantize import quantize

HERE = Path(__file__).parent
SHARED = HERE.parent / "g2p-transformer"
SHARED_FILES = ("tokenizer.json", "tokenizer_config.json", "tokenizer_target.json", "LICENSE-cmudict.txt")
EXCLUDED = "<pad>, <s>, </s> and <mask> are never chosen and take no part in log-softmax"
MASK_PREDICT = (
    "mask-predict: length = argmax of length_logits (class 0 is never used); start all <mask>; every iteration predicts the "
    f"masked positions by argmax ({EXCLUDED}), keeping the log-probability of the iteration that wrote the token; after "
    "iteration t of T (from 0) mask again the floor(N*(T-1-t)/T) least confident positions, the left ones of equals; "
    "score = mean of the kept log-probabilities"
)
GREEDY_CTC = (
    "greedy CTC: argmax per frame, merge repeats, drop blank (0); path_logprob = sum over real frames of the best log-probability"
)
ABOUT = {
    "g2p-transformer": "tokens exclude decoder_start (0) and the final </s> (2); sum_logprob includes </s>; score = sum_logprob "
    "/ (len(tokens)+1) ** length_penalty, length_penalty 1.0; beam5: num_beams 5, early_stopping false, max 47 new tokens, "
    "the rules of Hugging Face transformers 5",
    "g2p-gru": "greedy; tokens exclude decoder_start (1) and the final </s> (2); sum_logprob includes </s>",
    "g2p-nat": MASK_PREDICT + "; one iteration",
    "g2p-cmlm": MASK_PREDICT,
    "g2p-levenshtein": "from <s> </s>, up to 9 times: delete where delete_logits[1] is greater, insert argmax(insert_logits) "
    f"<mask>s between neighbours, fill each <mask> by argmax ({EXCLUDED}), each on a run of the canvas as it is by then; "
    "until nothing changes. <s> and </s> are never deleted",
    "g2p-ctc": GREEDY_CTC,
    "g2p-ctc-fast": GREEDY_CTC,
    "g2p-ctc-wide": GREEDY_CTC,
    "g2p-dat": "from vertex 0, follow the link with the greatest links[i][j] + beta * (best log-probability of vertex j) to the "
    "last vertex; lookahead: beta 1, greedy: beta 0; tokens are each vertex's argmax, equal neighbours merged, without "
    "<s> and </s>",
    "g2p-diffusion": "a canvas of 24 <mask> behind spelling and </s>; every step runs all of it without a cache and commits the "
    "slot whose best probability is greatest (low confidence stays masked, the left one of equals), threshold_0.9 also every "
    "slot above 0.9; <pad>, <s> and <mask> are never chosen; tokens end before the first </s>",
}


def answer(tokens, **more):
    return {"tokens": list(tokens), "phonemes": " ".join(phonemes_of(tokens)), **{k: round(v, 6) for k, v in more.items()}}


def transformer(model, source):
    tokens, total = beam.greedy_search(beam.TransformerScores(model, source))
    best = beam.beam_search(beam.TransformerScores(model, source), 5)
    return {
        "greedy": answer(tokens, sum_logprob=total, score=total / (len(tokens) + 1)),
        "beam5": [answer(t, sum_logprob=s, score=mean) for t, s, mean in best],
    }


def gru(model, source):
    tokens, total = beam.greedy_search(beam.GruScores(model, source))
    return {"greedy": answer(tokens, sum_logprob=total)}


def mask_predict(model, source, iterations):
    found = {}
    for count in iterations:
        tokens, score = decode.mask_predict_scored(model, source, count, 1)
        found[f"iterations{count}_lengths1"] = answer(tokens[0], score=score[0])
    return found


def ctc(model, source):
    log_p = torch.log_softmax(model(source, ones(source)), -1)
    return answer(decode.ctc_greedy(model, source)[0], path_logprob=float(log_p.max(-1).values.sum()))


def named(ways):
    return lambda model, source: {name: answer(way(model, source)[0]) for name, way in ways.items()}


EXPECTED = {
    "g2p-transformer": transformer,
    "g2p-gru": gru,
    "g2p-nat": lambda model, source: mask_predict(model, source, [1]),
    "g2p-cmlm": lambda model, source: mask_predict(model, source, [1, 4, 10]),
    "g2p-levenshtein": named({"iterations9": decode.levenshtein}),
    "g2p-ctc": ctc,
    "g2p-ctc-fast": ctc,
    "g2p-ctc-wide": ctc,
    "g2p-dat": named({"lookahead": decode.dag_lookahead, "greedy": lambda m, s: decode.dag_lookahead(m, s, 0.0)}),
    "g2p-diffusion": named({"steps24": decode.diffusion, "threshold_0.9": lambda m, s: decode.diffusion(m, s, 1, 0.9)}),
}


def expected(name, model, precision):
    """The contents of expected.json."""
    words = []
    for word in (HERE / "words.txt").read_text().split():
        ids = encode_word(word)
        words.append({"word": word, "input_ids": ids, **EXPECTED[name](model, torch.tensor([ids]))})
    return {"about": ABOUT[name] + f". Computed one word at a time on the {precision} graphs.", "words": words}


def write(path, content):
    Path(path).write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def bundle(checkpoint, folder, keep):
    folder = Path(folder)
    name, model = load(checkpoint)
    for path in export_all(name, model, folder):
        if keep != "fp32":
            print(f"{quantize(path)}")
        if keep == "int8":
            path.unlink()
    suffix = "_quantized" if keep == "int8" else ""
    write(folder / "config.json", config(name))
    write(folder / "generation_config.json", generation_config(name))
    if name == "g2p-gru":
        write(folder / "states.json", gru_states(suffix))
    for file in SHARED_FILES:
        if folder.resolve() != SHARED.resolve():
            shutil.copy(SHARED / file, folder / file)
    precision = "int8" if keep == "int8" else "fp32"
    write(folder / "expected.json", expected(name, EXPORTED[name](folder, suffix), precision))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("checkpoint", help="a .pt file of train.py")
    parser.add_argument("folder")
    parser.add_argument("--keep", choices=("fp32", "int8", "both"), default="both", help="which graphs to write")
    options = parser.parse_args()
    bundle(options.checkpoint, options.folder, options.keep)


if __name__ == "__main__":
    main()
