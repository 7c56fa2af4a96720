"""Writes an n-gram model of the training pronunciations: `python ngram.py DATA.npz OUT.arpa [--order N] [--least C]`.

Interpolated Kneser-Ney smoothing with three discounts (Chen and Goodman 1998), in the ARPA format. CTC and directed
acyclic models listen to it in a beam search (option `language_model`); its words are their tokens.
"""

import argparse
import math
from collections import Counter, defaultdict

import numpy as np

from data import phonemes_of

BEGIN, END, UNKNOWN = "<s>", "</s>", "<unk>"
NEVER = -99.0


def sentences(data):
    arrays = np.load(data)
    for target in arrays["train_target"]:
        yield [BEGIN, *phonemes_of(target.tolist()), END]


def counts_by_order(texts, order):
    """For each order the n-grams with their counts; below the highest, how many words come before them."""
    raw = [Counter() for _ in range(order + 1)]
    for text in texts:
        for n in range(1, order + 1):
            for i in range(len(text) - n + 1):
                raw[n][tuple(text[i : i + n])] += 1
    counts = [Counter() for _ in range(order + 1)]
    counts[order] = raw[order]
    for n in range(order - 1, 0, -1):
        for longer in raw[n + 1]:
            counts[n][longer[1:]] += 1
        for ngram, count in raw[n].items():
            # Nothing comes before the start of a sentence, so its own count stands for it.
            if ngram[0] == BEGIN:
                counts[n][ngram] = count
    del counts[1][(BEGIN,)]
    return counts


def discounts(counts):
    """What is taken from n-grams counted once, twice and more often."""
    once, twice, thrice, four = (sum(1 for c in counts.values() if c == k) for k in (1, 2, 3, 4))
    if not (once and twice and thrice and four):
        return (0.5, 0.75, 1.0)
    y = once / (once + 2 * twice)
    found = (1 - 2 * y * twice / once, 2 - 3 * y * thrice / twice, 3 - 4 * y * four / thrice)
    return tuple(min(max(d, 0.05), k + 0.95) for k, d in enumerate(found))


def smoothed(counts, order):
    """Probabilities and back-off weights by n-gram."""
    probabilities, weights = [{} for _ in range(order + 1)], [{} for _ in range(order + 1)]
    for n in range(1, order + 1):
        taken = discounts(counts[n])
        totals, mass = Counter(), defaultdict(float)
        for ngram, count in counts[n].items():
            totals[ngram[:-1]] += count
            mass[ngram[:-1]] += taken[min(count, 3) - 1]
        uniform = 1 / len(counts[1])
        for ngram, count in counts[n].items():
            context = ngram[:-1]
            left = mass[context] / totals[context]
            lower = uniform if n == 1 else probabilities[n - 1][ngram[1:]]
            probabilities[n][ngram] = (count - taken[min(count, 3) - 1]) / totals[context] + left * lower
            weights[n - 1][context] = left
    return probabilities, weights


def pruned(probabilities, weights, counts, order, least):
    """Leaves out rare n-grams from order 4 on, and gives what is left of each context its right weight."""
    kept = [set(p) for p in probabilities]
    for n in range(order, 3, -1):
        contexts = {ngram[:-1] for ngram in kept[n + 1]} if n < order else set()
        kept[n] = {ngram for ngram in kept[n] if counts[n][ngram] >= least or ngram in contexts}
    for n in range(4, order + 1):
        listed = defaultdict(list)
        for ngram in kept[n]:
            listed[ngram[:-1]].append(ngram)
        for context, ngrams in listed.items():
            seen = sum(probabilities[n][g] for g in ngrams)
            lower = sum(probability(probabilities, weights, g[1:]) for g in ngrams)
            weights[n - 1][context] = max(1 - seen, 1e-9) / max(1 - lower, 1e-9)
        for context in set(weights[n - 1]) - set(listed):
            del weights[n - 1][context]
        for ngram in set(probabilities[n]) - kept[n]:
            del probabilities[n][ngram]
    return kept


def probability(probabilities, weights, ngram):
    n = len(ngram)
    if ngram in probabilities[n]:
        return probabilities[n][ngram]
    return weights[n - 1].get(ngram[:-1], 1.0) * probability(probabilities, weights, ngram[1:])


def write(path, probabilities, weights, order, kept):
    with open(path, "w", encoding="utf-8") as out:
        out.write("\\data\\\n")
        for n in range(1, order + 1):
            out.write(f"ngram {n}={len(kept[n])}\n")
        for n in range(1, order + 1):
            out.write(f"\n\\{n}-grams:\n")
            for ngram in sorted(kept[n]):
                probability = probabilities[n].get(ngram)
                log = NEVER if probability is None else math.log10(probability)
                line = f"{log:.4f}\t{' '.join(ngram)}"
                weight = weights[n].get(ngram)
                if n < order and weight is not None:
                    line += f"\t{math.log10(weight):.4f}"
                out.write(line + "\n")
        out.write("\n\\end\\\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data")
    parser.add_argument("out")
    parser.add_argument("--order", type=int, default=6)
    parser.add_argument("--least", type=int, default=1, help="from order 4 on, n-grams counted less often are left out")
    options = parser.parse_args()
    counts = counts_by_order(sentences(options.data), options.order)
    probabilities, weights = smoothed(counts, options.order)
    kept = pruned(probabilities, weights, counts, options.order, options.least)
    kept[1] |= {(BEGIN,), (UNKNOWN,)}
    write(options.out, probabilities, weights, options.order, kept)


if __name__ == "__main__":
    main()
