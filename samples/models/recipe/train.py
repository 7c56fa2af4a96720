"""Trains one model within a wall-clock budget: `python train.py g2p-ctc --data cmudict.npz --out runs/ctc --seconds 300`.

The learning rate follows elapsed time, not a number of updates, so the same command ends well on any machine. On a GPU a
whole update (drawing the batch included) is recorded once for each width as a CUDA graph and replayed.
"""

import argparse
import copy
import json
import math
import os
import sys
import time
import traceback
from pathlib import Path

import numpy as np
import torch

from data import buckets, references
from decode import DECODERS
from evaluate import decode_all, rates
from models import FAMILIES
from objectives import OBJECTIVES

PEAK_RATE = 1.5e-3
WARM_UP = 0.04
AVERAGE = 0.999
UPDATES_A_CHECK = 8
# cuDNN's GRU kernels want one type throughout; TF32 is fast enough there.
FULL_PRECISION = {"g2p-gru"}


class Trainer:
    """One model, its data on the device, and an exponential moving average of its weights, which is what is saved."""

    def __init__(self, name, groups, device, batch, seed, initial=None, peak=PEAK_RATE):
        torch.manual_seed(seed)
        self.name, self.groups, self.device, self.batch, self.peak = name, groups, device, batch, peak
        self.model = FAMILIES[name]().to(device)
        if initial:
            self.start_from(initial)
        self.average = copy.deepcopy(self.model).eval()
        self.objective = OBJECTIVES[name]
        self.progress = torch.zeros((), device=device)
        self.cuda = device.type == "cuda"
        rate = torch.zeros((), device=device) if self.cuda else 0.0
        matrices = [p for p in self.model.parameters() if p.dim() > 1]
        vectors = [p for p in self.model.parameters() if p.dim() <= 1]
        self.optimizer = torch.optim.AdamW(
            [{"params": matrices, "weight_decay": 0.05}, {"params": vectors, "weight_decay": 0.0}],
            lr=rate, betas=(0.9, 0.98), eps=1e-8, fused=self.cuda, capturable=self.cuda,
        )  # fmt: skip
        self.updates = 0
        self.set_rate(0.0)
        self.draw = np.random.default_rng(seed)
        self.share = np.array([len(g) for g in groups], float) / sum(map(len, groups))

    def start_from(self, teacher):
        """Takes over every weight of the teacher that this model has under the like name and shape."""
        own = self.model.state_dict()
        for key, value in teacher.items():
            for name in (key, "source." + key, key.replace("decoder.", "decoder.layers.", 1)):
                if name in own and own[name].shape == value.shape:
                    own[name] = value
        if "decoder.norm.weight" in own and "norm.weight" in teacher:
            own["decoder.norm.weight"], own["decoder.norm.bias"] = teacher["norm.weight"], teacher["norm.bias"]
        self.model.load_state_dict(own)

    def update(self, group):
        """One update; called directly, or once while a CUDA graph records it."""
        index = torch.randint(len(group), (self.batch,), device=self.device)
        self.optimizer.zero_grad(set_to_none=True)
        # The autocast cache would keep tensors of one recording alive in another.
        with torch.autocast(self.device.type, torch.bfloat16, self.cuda and self.name not in FULL_PRECISION, cache_enabled=False):
            loss = self.objective(self.model, group.source[index], group.target[index], self.progress)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        self.optimizer.step()
        return loss.detach()

    def recorded(self, eager):
        """For each width a function that does one update and returns its loss."""
        if eager or not self.cuda:
            return [lambda group=group: self.update(group) for group in self.groups]
        return [self.record(group) for group in self.groups]

    def record(self, group):
        stream = torch.cuda.Stream()
        stream.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(stream):
            for _ in range(3):
                self.update(group)
        torch.cuda.current_stream().wait_stream(stream)
        torch.cuda.synchronize()
        self.optimizer.zero_grad(set_to_none=True)
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph):
            loss = self.update(group)

        def replay():
            graph.replay()
            return loss

        return replay

    def set_rate(self, done):
        """Linear warm-up, then a cosine down to zero, over the share of the time that is spent."""
        rate = self.peak * min(done / WARM_UP, 0.5 + 0.5 * math.cos(math.pi * max(done - WARM_UP, 0) / (1 - WARM_UP)))
        for group in self.optimizer.param_groups:
            if self.cuda:
                group["lr"].fill_(rate)
            else:
                group["lr"] = rate
        self.progress.fill_(min(done, 1.0))

    def follow(self):
        """Moves the average towards the weights, faster while there were few updates."""
        keep = min(AVERAGE, self.updates / (self.updates + 10)) ** UPDATES_A_CHECK
        with torch.no_grad():
            torch._foreach_lerp_(list(self.average.parameters()), list(self.model.parameters()), 1.0 - keep)

    def run(self, steps, until, on_check):
        """Updates until the clock says so; `on_check(done, loss)` is called at every tenth of the time."""
        begin = time.time()
        marks, loss = 1, None
        while (now := time.time()) < until or self.updates == 0:
            done = (now - begin) / max(until - begin, 1e-3)
            self.set_rate(min(done, 1.0))
            for choice in self.draw.choice(len(steps), UPDATES_A_CHECK, p=self.share):
                loss = steps[choice]()
            self.updates += UPDATES_A_CHECK
            self.follow()
            if self.cuda:
                # Replays only queue work; without this the clock would run ahead of the weights.
                torch.cuda.synchronize()
            if done > marks / 10:
                marks = int(done * 10) + 1
                on_check(done, float(loss))
        return time.time() - begin


def tested(model, name, held_out, device, only_first=False):
    """Error rates by name of decoder."""
    found = {}
    for way, decoder in DECODERS[name].items():
        began = time.time()
        found[way] = rates(decode_all(model, held_out, decoder, device), held_out)
        found[way]["seconds"] = round(time.time() - began, 2)
        if only_first:
            break
    return found


def training_groups(files, device):
    """The pairs of all files together."""
    arrays = [np.load(file) for file in files]
    return buckets(*(np.concatenate([a[side] for a in arrays]) for side in ("train_source", "train_target")), device)


def recorded_or_restarted(trainer, options):
    """A failed recording can leave the random generator unusable, so the process then starts anew without recording."""
    try:
        return trainer.recorded(options.eager)
    except RuntimeError:
        traceback.print_exc()
        print(trainer.name, "cannot be recorded as a CUDA graph; starting anew without", flush=True)
        os.execv(sys.executable, [sys.executable, *sys.argv, "--eager"])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("name", choices=FAMILIES)
    parser.add_argument("--data", required=True, help="arrays written by data.py")
    parser.add_argument("--distilled", nargs="+", default=[], help="arrays written by distil.py, to train on instead")
    parser.add_argument("--with-dictionary", action="store_true", help="train on the dictionary as well as on --distilled")
    parser.add_argument("--teacher", help="checkpoint whose matching weights to start from")
    parser.add_argument("--peak", type=float, default=PEAK_RATE, help="the highest learning rate")
    parser.add_argument("--out", required=True, help="prefix of the files to write: .pt and .json")
    parser.add_argument("--seconds", type=float, default=300.0)
    parser.add_argument("--until", type=float, help="end of training in seconds since the epoch, instead of --seconds")
    parser.add_argument("--batch", type=int, default=1024)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--eager", action="store_true", help="record no CUDA graphs")
    parser.add_argument("--test-words", type=int, default=None, help="evaluate on fewer words")
    options = parser.parse_args()
    started = time.time()
    until = options.until or started + options.seconds
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = True
    arrays = np.load(options.data)
    dev, test = (references(arrays, split)[: options.test_words] for split in ("dev", "test"))
    initial = torch.load(options.teacher, map_location=device)["state"] if options.teacher else None
    own = [options.data] if options.with_dictionary or not options.distilled else []
    groups = training_groups([*options.distilled, *own], device)
    trainer = Trainer(options.name, groups, device, options.batch, options.seed, initial, options.peak)
    report = {"name": options.name, "batch": options.batch, "seed": options.seed, "history": []}

    def save():
        report["updates"] = trainer.updates
        torch.save({"name": options.name, "state": trainer.average.state_dict()}, options.out + ".pt")
        Path(options.out + ".json").write_text(json.dumps(report, indent=1))

    def on_check(done, loss):
        entry = {"done": round(done, 3), "updates": trainer.updates, "loss": round(loss, 4)}
        if int(done * 10) % 3 == 2:
            entry["dev"] = tested(trainer.average, options.name, dev, device, only_first=True)
            save()
        report["history"].append(entry)
        print(options.name, f"{time.time() - started:.0f}s", json.dumps(entry), flush=True)

    steps = recorded_or_restarted(trainer, options)
    report["eager"] = options.eager
    report["seconds"] = round(trainer.run(steps, until, on_check), 1)
    save()
    report["dev"] = tested(trainer.average, options.name, dev, device, only_first=True)
    save()
    report["test"] = tested(trainer.average, options.name, test, device)
    save()
    print(options.name, f"{time.time() - started:.0f}s", "updates", trainer.updates, json.dumps(report["test"]), flush=True)


if __name__ == "__main__":
    main()
