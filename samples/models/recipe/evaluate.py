"""Word and phoneme error rates, with and without stress; a word is right if it equals any listed pronunciation.

`python evaluate.py FOLDER --data cmudict.npz` measures a folder's graphs on the test split, by every decoder of its family.
"""

import argparse
import json
from pathlib import Path

import numpy as np
import torch

from data import FIRST_PHONEME, PHONEMES, references


def decode_all(model, references, decoder, device, rows=2048):
    """The decoder's answer for every reference, words of like length together."""
    order = sorted(range(len(references)), key=lambda i: len(references[i][0]))
    answers = [None] * len(references)
    for first in range(0, len(order), rows):
        chosen = order[first : first + rows]
        width = max(len(references[i][0]) for i in chosen)
        source = torch.tensor([list(references[i][0]) + [0] * (width - len(references[i][0])) for i in chosen], device=device)
        with torch.no_grad():
            for i, answer in zip(chosen, decoder(model, source)):
                answers[i] = tuple(answer)
    return answers


_PLAIN = {FIRST_PHONEME + i: phoneme.rstrip("012") for i, phoneme in enumerate(PHONEMES)}


def without_stress(ids):
    return tuple(_PLAIN[i] for i in ids)


def distance(one, other):
    """Levenshtein distance."""
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        previous, row[0] = row[0], i
        for j, b in enumerate(other, 1):
            previous, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, previous + (a != b))
    return row[-1]


def rates(answers, references):
    """Percent: wer, per, wer_plain, per_plain (stress ignored). Errors are counted against the nearest pronunciation."""
    result = {}
    for suffix, view in (("", tuple), ("_plain", without_stress)):
        wrong = errors = symbols = 0
        for answer, (_, right) in zip(answers, references):
            seen, wanted = view(answer), [view(r) for r in right]
            if seen in wanted:
                symbols += len(seen)
                continue
            wrong += 1
            cost, size = min((distance(seen, r), len(r)) for r in wanted)
            errors += cost
            symbols += size
        result["wer" + suffix] = round(100 * wrong / len(references), 2)
        result["per" + suffix] = round(100 * errors / max(symbols, 1), 2)
    return result


def main():
    from decode import DECODERS
    from exported import EXPORTED

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", help="named as its family")
    parser.add_argument("--data", required=True, help="arrays written by data.py")
    parser.add_argument("--quantized", action="store_true", help="the int8 graphs, one word at a time")
    parser.add_argument("--words", type=int, help="the first so many words only")
    parser.add_argument("--decoder", help="one decoder only")
    options = parser.parse_args()
    name = Path(options.folder).name
    model = EXPORTED[name](options.folder, "_quantized" if options.quantized else "")
    held_out = references(np.load(options.data), "test")[: options.words]
    for way, decoder in DECODERS[name].items():
        if options.decoder in (None, way):
            answers = decode_all(model, held_out, decoder, "cpu", 1 if options.quantized else 256)
            print(name, way, len(held_out), "words", json.dumps(rates(answers, held_out)), flush=True)


if __name__ == "__main__":
    main()
