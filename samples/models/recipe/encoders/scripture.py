"""Arrays and tokenizer of the masked language model: `python scripture.py kjv.txt OUT_FOLDER`.

kjv.txt is the King James Version, one verse a line behind its place ("Ge1:1 In the beginning ..."), as `bible -f
"gen1:1-rev22:21"` of Debian's bible-kjv prints it. A hash of the chapter holds out 5 % of the chapters for dev and 5 % for
test.
"""

import argparse
import hashlib
import re
from pathlib import Path

import numpy as np
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
VOCABULARY = 4096
LENGTH = 64
_VERSE = re.compile(r"(\d?[A-Za-z]+\d+):(\d+) (.*)")


def read_chapters(path):
    """Maps a chapter ("Ge1") to its verses."""
    chapters = {}
    for line in Path(path).read_text(encoding="utf-8").splitlines():
        match = _VERSE.fullmatch(line.strip())
        if match:
            chapters.setdefault(match[1], []).append(match[3].strip())
    return chapters


def split_of(chapter):
    bucket = int.from_bytes(hashlib.sha1(chapter.encode()).digest()[:4], "big") % 100
    return "test" if bucket < 5 else "dev" if bucket < 10 else "train"


def trained_tokenizer(verses):
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.decoder = decoders.WordPiece()
    tokenizer.train_from_iterator(verses, trainers.WordPieceTrainer(vocab_size=VOCABULARY, special_tokens=SPECIAL))
    framed(tokenizer)
    return tokenizer


def framed(tokenizer):
    """Puts [CLS] in front of a text and [SEP] behind it."""
    ends = [(token, tokenizer.token_to_id(token)) for token in ("[CLS]", "[SEP]")]
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1", special_tokens=ends
    )


def rows(chapters, tokenizer, runs):
    """Every run of so many neighbouring verses of a chapter that fits, as ids padded to LENGTH."""
    spans = [(c[i : i + run], run) for run in runs for c in chapters for i in range(len(c) - run + 1)]
    kept = []
    for (_, run), encoding in zip(spans, tokenizer.encode_batch([" ".join(verses) for verses, _ in spans])):
        ids = encoding.ids
        # A long verse alone is cut; a longer run that does not fit is left out, since its start is there already.
        if len(ids) <= LENGTH or run == 1:
            kept.append(ids if len(ids) <= LENGTH else [*ids[: LENGTH - 1], ids[-1]])
    array = np.zeros((len(kept), LENGTH), np.uint16)
    for row, ids in enumerate(kept):
        array[row, : len(ids)] = ids
    return array


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("text")
    parser.add_argument("out")
    options = parser.parse_args()
    splits = {"train": [], "dev": [], "test": []}
    for chapter, verses in read_chapters(options.text).items():
        splits[split_of(chapter)].append(verses)
    tokenizer = trained_tokenizer([verse for chapter in splits["train"] for verse in chapter])
    out = Path(options.out)
    out.mkdir(parents=True, exist_ok=True)
    tokenizer.save(str(out / "mlm-tokenizer.json"))
    arrays = {"train": rows(splits["train"], tokenizer, (1, 2, 3))}
    arrays |= {split: rows(splits[split], tokenizer, (1,)) for split in ("dev", "test")}
    np.savez_compressed(out / "mlm.npz", vocabulary=tokenizer.get_vocab_size(), mask=tokenizer.token_to_id("[MASK]"), **arrays)
    print(tokenizer.get_vocab_size(), {split: (len(splits[split]), a.shape) for split, a in arrays.items()})


if __name__ == "__main__":
    main()
