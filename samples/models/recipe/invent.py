"""Invents spellings that look like the dictionary's, for teachers to pronounce: `python invent.py DATA.npz OUT.npz --words N`.

Letters are drawn from an n-gram model of the training spellings (interpolated, Witten and Bell 1991). Spellings of the
dictionary, those of the dev and test splits among them, are left out.
"""

import argparse
from collections import Counter, defaultdict

import numpy as np

from data import EOS, PAD, WIDTHS, references

ORDER = 5


class Letters:
    """Counts of the letter that follows each context of up to ORDER - 1 letters."""

    def __init__(self, spellings):
        self.after = defaultdict(Counter)
        for spelling in spellings:
            padded = (EOS,) * (ORDER - 1) + spelling
            for place in range(ORDER - 1, len(padded)):
                for size in range(ORDER):
                    self.after[padded[place - size : place]][padded[place]] += 1
        self.table = {context: self.compiled(counts) for context, counts in self.after.items()}

    @staticmethod
    def compiled(counts):
        letters = list(counts)
        total = sum(counts.values())
        cumulative = np.cumsum([counts[letter] for letter in letters]) / total
        return letters, cumulative, total / (total + len(letters))

    def draw(self, random):
        """One spelling, `</s>` included."""
        context, spelling = (EOS,) * (ORDER - 1), []
        while not spelling or spelling[-1] != EOS:
            letter = self.next(context, random)
            spelling.append(letter)
            context = (*context[1:], letter)
        return tuple(spelling)

    def next(self, context, random):
        # Drawing from the longest context with its Witten-Bell weight, else from a shorter one, draws from the mixture.
        for size in range(ORDER - 1, -1, -1):
            found = self.table.get(context[len(context) - size :])
            if found and (size == 0 or random.random() < found[2]):
                return found[0][int(np.searchsorted(found[1], random.random()))]
        raise AssertionError("the empty context has every letter")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", help="arrays written by data.py")
    parser.add_argument("out")
    parser.add_argument("--words", type=int, default=300_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    arrays = np.load(options.data)
    taken = {spelling for split in ("train", "dev", "test") for spelling, _ in references(arrays, split)}
    letters = Letters([spelling for spelling, _ in references(arrays, "train")])
    random = np.random.default_rng(options.seed)
    invented = set()
    while len(invented) < options.words:
        spelling = letters.draw(random)
        if 3 < len(spelling) <= WIDTHS[-1] and spelling not in taken:
            invented.add(spelling)
    rows = np.full((options.words, WIDTHS[-1]), PAD, np.uint8)
    for row, spelling in zip(rows, sorted(invented)):
        row[: len(spelling)] = spelling
    np.savez_compressed(options.out, invented_source=rows)


if __name__ == "__main__":
    main()
