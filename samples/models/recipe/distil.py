"""Sequence-level distillation (Kim and Rush 2016): the teacher's beam answer for every training spelling.

`python distil.py TEACHER.pt DATA.npz OUT.npz` writes arrays of the same names, one pair a spelling. `--second G2P-GRU.pt`
lets a second model re-rank the teacher's beam, and `--invented INVENTED.npz` adds the spellings that invent.py wrote.
"""

import argparse
import os
import time

import numpy as np
import torch

from data import BOS, EOS, PAD, WIDTHS, references
from decode import transformer_beams, until_end
from evaluate import decode_all
from models import FAMILIES, ones


def loaded(checkpoint, device):
    saved = torch.load(checkpoint, map_location=device)
    model = FAMILIES[saved["name"]]().to(device).eval()
    model.load_state_dict(saved["state"])
    return model


def mean_scores(gru, source, beams):
    """The second model's log P / (symbols + 1) of beams [rows, beams, symbols] that `</s>` fills up: [rows, beams]."""
    rows, count, width = beams.shape
    output = beams.reshape(rows * count, width)
    length = (output != EOS).sum(1, keepdim=True)
    previous = torch.cat([torch.full_like(output[:, :1], BOS), output[:, :-1]], dim=1)
    memory, state = gru.encode(source, ones(source))
    memory, state, mask = (t.repeat_interleave(count, 0) for t in (memory, state, ones(source)))
    projected, total = gru.memory(memory), 0.0
    for place in range(int(length.max()) + 1):
        logits, state = gru.step(previous[:, place], state, memory, mask, projected)
        scores = torch.log_softmax(logits, -1).gather(1, output[:, place, None])
        total = total + scores.masked_fill(place > length, 0.0)
    return (total / (length + 1)).reshape(rows, count)


def answers_of(teacher, second, words, device, beams):
    def decoder(network, source):
        with torch.autocast(device.type, torch.bfloat16, enabled=device.type == "cuda"):
            found, score = transformer_beams(network, source, beams)
        if second is None:
            return until_end(found[:, 0])
        best = (score + mean_scores(second, source, found)).argmax(1)
        return until_end(found[torch.arange(len(found), device=found.device), best])

    return decode_all(teacher, words, decoder, device, rows=4096)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("teacher")
    parser.add_argument("data")
    parser.add_argument("out")
    parser.add_argument("--second", help="a g2p-gru checkpoint that re-ranks the beam")
    parser.add_argument("--invented", help="arrays written by invent.py")
    parser.add_argument("--beams", type=int, default=4)
    parser.add_argument("--words", type=int, default=None, help="distil fewer words")
    options = parser.parse_args()
    began = time.time()
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    words = references(np.load(options.data), "train")[: options.words]
    if options.invented:
        rows = np.load(options.invented)["invented_source"][: options.words]
        words = words + [(tuple(int(i) for i in row if i), set()) for row in rows]
    second = loaded(options.second, device) if options.second else None
    answers = answers_of(loaded(options.teacher, device), second, words, device, options.beams)
    width = WIDTHS[-1]
    # A teacher cut short can answer nothing or without end; the dictionary, where it can, then answers in its place.
    usable = [a if 0 < len(a) <= width - 2 else min(right, default=()) for (_, right), a in zip(words, answers)]
    kept = [(s, a) for (s, _), a in zip(words, usable) if 0 < len(a) <= width - 2]
    source = np.full((len(kept), width), PAD, np.uint8)
    target = np.full((len(kept), width), PAD, np.uint8)
    for row, (spelling, answer) in enumerate(kept):
        source[row, : len(spelling)] = spelling
        target[row, : len(answer)] = answer
    # Others wait for this name to appear, so it must not exist half written.
    np.savez_compressed(options.out + ".part.npz", train_source=source, train_target=target)
    os.replace(options.out + ".part.npz", options.out)
    known = [(right, answer) for (_, right), answer in zip(words, answers) if right]
    agreed = 100 * sum(answer in right for right, answer in known) / len(known)
    print(f"distilled {len(kept)} spellings in {time.time() - began:.0f} s; {agreed:.1f} % of the dictionary's agree", flush=True)


if __name__ == "__main__":
    main()
