"""Word and phoneme error rates, with and without stress; a word is right if it equals any listed pronunciation."""

import torch

from data import FIRST_PHONEME, PHONEMES


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
