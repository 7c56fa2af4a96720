"""Sequence-level distillation (Kim and Rush 2016): the teacher's beam answer for every training spelling.

`python distil.py TEACHER.pt DATA.npz OUT.npz` writes arrays of the same names, one pair a spelling.
"""

import argparse
import os
import time

import numpy as np
import torch

from data import PAD, WIDTHS, references
from decode import transformer_beam
from evaluate import decode_all
from models import Transformer


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("teacher")
    parser.add_argument("data")
    parser.add_argument("out")
    parser.add_argument("--beams", type=int, default=4)
    parser.add_argument("--words", type=int, default=None, help="distil fewer words")
    options = parser.parse_args()
    began = time.time()
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    model = Transformer().to(device).eval()
    model.load_state_dict(torch.load(options.teacher, map_location=device)["state"])
    words = references(np.load(options.data), "train")[: options.words]

    def decoder(network, source):
        with torch.autocast(device.type, torch.bfloat16, enabled=device.type == "cuda"):
            return transformer_beam(network, source, options.beams)

    answers = decode_all(model, words, decoder, device, rows=4096)
    width = WIDTHS[-1]
    # A teacher cut short can answer nothing or without end; the dictionary then answers in its place.
    usable = [a if 0 < len(a) <= width - 2 else min(right) for (_, right), a in zip(words, answers)]
    kept = [(s, a) for (s, _), a in zip(words, usable) if 0 < len(a) <= width - 2]
    source = np.full((len(kept), width), PAD, np.uint8)
    target = np.full((len(kept), width), PAD, np.uint8)
    for row, (spelling, answer) in enumerate(kept):
        source[row, : len(spelling)] = spelling
        target[row, : len(answer)] = answer
    # Others wait for this name to appear, so it must not exist half written.
    np.savez_compressed(options.out + ".part.npz", train_source=source, train_target=target)
    os.replace(options.out + ".part.npz", options.out)
    agreed = sum(a in right for (_, right), a in zip(words, answers)) / len(words)
    print(f"distilled {len(kept)} spellings in {time.time() - began:.0f} s; {100 * agreed:.1f} % equal the dictionary", flush=True)


if __name__ == "__main__":
    main()
