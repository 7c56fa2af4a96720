"""CMUdict as fixed-width integer arrays: vocabulary, split and buckets.

`python data.py DICTIONARY OUT.npz` reads either `cmudict.dict` (github.com/cmusphinx/cmudict) or `index.js` of the npm
package `cmu-pronouncing-dictionary`, both the same data, and writes the arrays every other script reads.
"""

import argparse
import hashlib
import re
from dataclasses import dataclass

import numpy as np

PAD, BOS, EOS, UNK, MASK = range(5)
CHARACTERS = "abcdefghijklmnopqrstuvwxyz'-."
VOWELS = "AA AE AH AO AW AY EH ER EY IH IY OW OY UH UW".split()
CONSONANTS = "B CH D DH F G HH JH K L M N NG P R S SH T TH V W Y Z ZH".split()
PHONEMES = sorted(CONSONANTS + [vowel + stress for vowel in VOWELS for stress in "012"])
FIRST_CHARACTER = 5
FIRST_PHONEME = FIRST_CHARACTER + len(CHARACTERS)
VOCABULARY = FIRST_PHONEME + len(PHONEMES)

# Two widths keep shapes fixed (CUDA graphs need that) at half the cost of padding every word to the longest.
WIDTHS = (12, 24)
UPSAMPLE = 3

_SCRIPT_ENTRY = re.compile(r"""\s*(?:"([^"]+)"|'([^']+)'|([a-z]\w*)): "([^"]+)",?\s*$""")
_WORD = re.compile(r"[a-z'.-]+")


def read_dictionary(path):
    """Maps a spelling to its pronunciations, in the order of the file; entries with digits or symbols are left out."""
    entries = {}
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            entry = _script_entry(line) if str(path).endswith(".js") else _plain_entry(line)
            if entry is None:
                continue
            word = re.sub(r"\(\d+\)$", "", entry[0])
            if _WORD.fullmatch(word):
                entries.setdefault(word, []).append(entry[1].split("#")[0].split())
    return entries


def _script_entry(line):
    match = _SCRIPT_ENTRY.match(line)
    return match and (match[1] or match[2] or match[3], match[4])


def _plain_entry(line):
    fields = line.split("#")[0].strip().lower().split(maxsplit=1)
    return (fields[0], fields[1].upper()) if len(fields) == 2 and not line.startswith(";;;") else None


def split_of(word):
    """`test` (10 %), `dev` (1 %) or `train` by a hash of the spelling, so all its pronunciations stay together."""
    bucket = int.from_bytes(hashlib.sha1(word.encode()).digest()[:4], "big") % 1000
    return "test" if bucket < 100 else "dev" if bucket < 110 else "train"


def encode_word(word):
    return [FIRST_CHARACTER + CHARACTERS.index(character) for character in word] + [EOS]


def encode_phonemes(phonemes):
    return [FIRST_PHONEME + PHONEMES.index(phoneme) for phoneme in phonemes]


def phonemes_of(ids):
    return [PHONEMES[i - FIRST_PHONEME] for i in ids if i >= FIRST_PHONEME]


def width_of(source, target):
    """The smallest width that holds the pair with two slots to spare for start and end, or None."""
    if len(target) + 2 > UPSAMPLE * len(source):
        return None
    return next((w for w in WIDTHS if len(source) <= w and len(target) + 2 <= w), None)


def prepare(dictionary):
    """Arrays `{split}_source`, `{split}_target` (padded with 0 to the widest width) and `{split}_word` (spelling number)."""
    rows = {"train": [], "dev": [], "test": []}
    for number, word in enumerate(sorted(dictionary)):
        split = split_of(word)
        source = encode_word(word)
        for phonemes in dictionary[word]:
            rows[split].append((source, encode_phonemes(phonemes), number))
    arrays = {}
    for split, entries in rows.items():
        longest = max(max(len(s), len(t)) for s, t, _ in entries)
        width = WIDTHS[-1] if split == "train" else longest
        if split == "train":
            entries = [e for e in entries if width_of(e[0], e[1]) is not None]
        arrays[split + "_source"] = _padded([s for s, _, _ in entries], width)
        arrays[split + "_target"] = _padded([t for _, t, _ in entries], width)
        arrays[split + "_word"] = np.array([n for _, _, n in entries], np.int32)
    return arrays


def _padded(sequences, width):
    padded = np.zeros((len(sequences), width), np.uint8)
    for row, sequence in enumerate(sequences):
        padded[row, : len(sequence)] = sequence
    return padded


@dataclass(frozen=True)
class Bucket:
    """All training pairs of one width. source, target: [pairs, width] int64 on the device; target has no end symbol."""

    source: object
    target: object

    @property
    def width(self):
        return self.source.shape[1]

    def __len__(self):
        return self.source.shape[0]


def buckets(sources, targets, device):
    """Groups padded arrays by the width each pair needs."""
    import torch

    source_length = (sources != PAD).sum(1)
    need = np.maximum(source_length, (targets != PAD).sum(1) + 2)
    fits = (targets != PAD).sum(1) + 2 <= UPSAMPLE * source_length
    found, below = [], 0
    for width in WIDTHS:
        rows = (need > below) & (need <= width) & fits
        below = width
        if rows.any():
            found.append(Bucket(*(torch.as_tensor(a[rows, :width].astype(np.int64), device=device) for a in (sources, targets))))
    return found


def references(arrays, split):
    """[(source ids, set of right answers as tuples of ids)], one for each spelling of a split."""
    words = {}
    for source, target, number in zip(arrays[split + "_source"], arrays[split + "_target"], arrays[split + "_word"]):
        entry = words.setdefault(int(number), (tuple(int(i) for i in source if i), set()))
        entry[1].add(tuple(int(i) for i in target if i))
    return list(words.values())


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("dictionary")
    parser.add_argument("out")
    options = parser.parse_args()
    dictionary = read_dictionary(options.dictionary)
    arrays = prepare(dictionary)
    np.savez_compressed(options.out, **arrays)
    print(len(dictionary), "spellings;", {name: a.shape for name, a in arrays.items()})


if __name__ == "__main__":
    main()
