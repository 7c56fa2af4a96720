"""Trains an encoder within a wall-clock budget: `python train_encoder.py mlm DATA.npz OUT_PREFIX --seconds 200`.

Two kinds: `mlm`, masked language modelling (Devlin et al. 2019), and `languages`, a sequence classifier. The learning rate
follows the clock, and on a GPU an update is recorded once as a CUDA graph, as in the other trainer of this recipe.
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

from bert import Shape, build

SHAPES = {
    "mlm": dict(hidden_size=256, num_hidden_layers=4, num_attention_heads=4, intermediate_size=1024, hidden_dropout_prob=0.15),
    "languages": dict(hidden_size=128, num_hidden_layers=3, num_attention_heads=4, intermediate_size=512, hidden_dropout_prob=0.2),
}  # fmt: skip
BATCH = {"mlm": 512, "languages": 512}
PEAK_RATE, WARM_UP, AVERAGE, UPDATES_A_CHECK = 1e-3, 0.05, 0.999, 8
MASKED_SHARE = 0.15
SPECIAL_TOKENS = 5


def hide(ids, mask_id, vocabulary):
    """BERT's corruption: of 15 % of the tokens 80 % become [MASK], 10 % a random token; returns (seen, hidden)."""
    hidden = (torch.rand(ids.shape, device=ids.device) < MASKED_SHARE) & (ids >= SPECIAL_TOKENS)
    draw = torch.rand(ids.shape, device=ids.device)
    other = torch.randint(SPECIAL_TOKENS, vocabulary, ids.shape, device=ids.device)
    seen = ids.masked_fill(hidden & (draw < 0.8), mask_id)
    return torch.where(hidden & (draw >= 0.8) & (draw < 0.9), other, seen), hidden


def drop_words(ids):
    """Leaves out a tenth of the tokens of half the rows, by making them padding in between, which attention skips."""
    rows = torch.rand(ids.shape[0], 1, device=ids.device) < 0.5
    return rows & (torch.rand(ids.shape, device=ids.device) < 0.1) & (ids >= SPECIAL_TOKENS)


class Data:
    """Arrays of a file on the device. Rows are ids padded with 0."""

    def __init__(self, path, device):
        self.arrays = np.load(path)
        self.device = device
        self.vocabulary = int(self.arrays["vocabulary"])
        self.mask_id = int(self.arrays["mask"]) if "mask" in self.arrays else None
        self.labels = [str(label) for label in self.arrays["labels"]] if "labels" in self.arrays else []

    def rows(self, split, suffix=""):
        return torch.as_tensor(self.arrays[split + suffix].astype(np.int64), device=self.device)


def masked_loss(model, data, ids):
    seen, hidden = hide(ids, data.mask_id, data.vocabulary)
    logits = model(seen, (ids > 0).long(), torch.zeros_like(ids))
    scores = torch.log_softmax(logits, dim=-1)
    right = torch.gather(scores, -1, ids[..., None])[..., 0]
    weight = hidden.float()
    return -(right * weight).sum() / weight.sum().clamp(min=1.0)


def label_loss(model, ids, label):
    mask = (ids > 0) & ~drop_words(ids)
    logits = model(ids, mask.long(), torch.zeros_like(ids))
    scores = torch.log_softmax(logits, dim=-1)
    return -(0.95 * torch.gather(scores, -1, label[:, None])[:, 0] + 0.05 * scores.mean(-1)).mean()


@torch.no_grad()
def masked_accuracy(model, data, split):
    """15 % of the tokens hidden with a fixed seed, all as [MASK]: percent right, nats a token, and the commonest token's share."""
    random = np.random.default_rng(7)
    right = total = loss = commonest = 0
    rows = data.arrays[split].astype(np.int64)
    counts = np.bincount(data.arrays["train"].reshape(-1), minlength=data.vocabulary)
    counts[:SPECIAL_TOKENS] = 0
    for first in range(0, len(rows), 256):
        ids = rows[first : first + 256]
        hidden = (random.random(ids.shape) < MASKED_SHARE) & (ids >= SPECIAL_TOKENS)
        seen = torch.as_tensor(np.where(hidden, data.mask_id, ids), device=data.device)
        scores = torch.log_softmax(model(seen, (seen > 0).long(), torch.zeros_like(seen)), -1).cpu().numpy()
        chosen, wanted = scores[hidden], ids[hidden]
        right += int((chosen.argmax(-1) == wanted).sum())
        loss -= float(chosen[np.arange(len(wanted)), wanted].sum())
        commonest += int((wanted == counts.argmax()).sum())
        total += len(wanted)
    share = {"accuracy": 100 * right / total, "commonest": 100 * commonest / total}
    return {**{k: round(v, 2) for k, v in share.items()}, "loss": round(loss / total, 4), "tokens": total}


@torch.no_grad()
def label_accuracy(model, data, split):
    ids, label = data.rows(split), data.rows(split, "_label")
    found = torch.cat([model(r, (r > 0).long(), torch.zeros_like(r)).argmax(-1) for r in ids.split(256)])
    return {"accuracy": round(100 * float((found == label).float().mean()), 2), "texts": len(label)}


class Trainer:
    def __init__(self, kind, data, batch, seed):
        torch.manual_seed(seed)
        self.kind, self.data, self.batch = kind, data, batch
        self.rows = data.rows("train")
        self.label = data.rows("train", "_label") if kind == "languages" else None
        length = self.rows.shape[1]
        shape = Shape(data.vocabulary, max_position_embeddings=length, labels=len(data.labels), **SHAPES[kind])
        self.model = build(shape).to(data.device)
        self.average = copy.deepcopy(self.model).eval()
        self.cuda = data.device.type == "cuda"
        matrices = [p for p in self.model.parameters() if p.dim() > 1]
        vectors = [p for p in self.model.parameters() if p.dim() <= 1]
        self.optimizer = torch.optim.AdamW(
            [{"params": matrices, "weight_decay": 0.05}, {"params": vectors, "weight_decay": 0.0}],
            lr=torch.zeros((), device=data.device) if self.cuda else 0.0, betas=(0.9, 0.98), fused=self.cuda, capturable=self.cuda,
        )  # fmt: skip
        self.updates = 0

    def update(self):
        index = torch.randint(len(self.rows), (self.batch,), device=self.data.device)
        self.optimizer.zero_grad(set_to_none=True)
        with torch.autocast(self.data.device.type, torch.bfloat16, self.cuda, cache_enabled=False):
            ids = self.rows[index]
            loss = masked_loss(self.model, self.data, ids) if self.label is None else label_loss(self.model, ids, self.label[index])
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        self.optimizer.step()
        return loss.detach()

    def recorded(self, eager):
        if eager or not self.cuda:
            return self.update
        stream = torch.cuda.Stream()
        stream.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(stream):
            for _ in range(3):
                self.update()
        torch.cuda.current_stream().wait_stream(stream)
        torch.cuda.synchronize()
        self.optimizer.zero_grad(set_to_none=True)
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph):
            loss = self.update()

        def replay():
            graph.replay()
            return loss

        return replay

    def set_rate(self, done):
        rate = PEAK_RATE * min(done / WARM_UP, 0.5 + 0.5 * math.cos(math.pi * max(done - WARM_UP, 0) / (1 - WARM_UP)))
        for group in self.optimizer.param_groups:
            if self.cuda:
                group["lr"].fill_(rate)
            else:
                group["lr"] = rate

    def run(self, step, until, on_check):
        begin, marks, loss = time.time(), 1, None
        while (now := time.time()) < until or self.updates == 0:
            done = (now - begin) / max(until - begin, 1e-3)
            self.set_rate(min(done, 1.0))
            for _ in range(UPDATES_A_CHECK):
                loss = step()
            self.updates += UPDATES_A_CHECK
            keep = min(AVERAGE, self.updates / (self.updates + 10)) ** UPDATES_A_CHECK
            with torch.no_grad():
                torch._foreach_lerp_(list(self.average.parameters()), list(self.model.parameters()), 1.0 - keep)
            if self.cuda:
                torch.cuda.synchronize()
            if done > marks / 10:
                marks = int(done * 10) + 1
                on_check(done, float(loss))
        return time.time() - begin


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("kind", choices=SHAPES)
    parser.add_argument("data", help="arrays written by scripture.py or languages.py")
    parser.add_argument("out", help="prefix of the files to write: .pt and .json")
    parser.add_argument("--seconds", type=float, default=200.0)
    parser.add_argument("--until", type=float, help="end of training in seconds since the epoch, instead of --seconds")
    parser.add_argument("--batch", type=int)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--eager", action="store_true", help="record no CUDA graph")
    options = parser.parse_args()
    began = time.time()
    until = options.until or began + options.seconds
    data = Data(options.data, torch.device("cuda" if torch.cuda.is_available() else "cpu"))
    trainer = Trainer(options.kind, data, options.batch or BATCH[options.kind], options.seed)
    score = masked_accuracy if options.kind == "mlm" else label_accuracy
    report = {"kind": options.kind, "batch": trainer.batch, "seed": options.seed, "history": []}

    def save():
        report["updates"] = trainer.updates
        shape = trainer.model.shape.as_dict()
        # Half precision halves the file; int8 graphs are made of it anyway.
        state = {name: weight.half() for name, weight in trainer.average.state_dict().items()}
        torch.save({"shape": shape, "labels": data.labels, "state": state}, options.out + ".pt")
        Path(options.out + ".json").write_text(json.dumps(report, indent=1))

    def on_check(done, loss):
        entry = {"done": round(done, 3), "updates": trainer.updates, "loss": round(loss, 4)}
        entry["dev"] = score(trainer.average, data, "dev")
        report["history"].append(entry)
        save()
        print(options.kind, f"{time.time() - began:.0f}s", json.dumps(entry), flush=True)

    try:
        step = trainer.recorded(options.eager)
    except RuntimeError:
        traceback.print_exc()
        print(options.kind, "cannot be recorded as a CUDA graph; starting anew without", flush=True)
        os.execv(sys.executable, [sys.executable, *sys.argv, "--eager"])
    report["eager"] = options.eager
    report["seconds"] = round(trainer.run(step, until, on_check), 1)
    report["dev"], report["test"] = (score(trainer.average, data, split) for split in ("dev", "test"))
    save()
    print(options.kind, f"{time.time() - began:.0f}s", "updates", trainer.updates, json.dumps(report["test"]), flush=True)


if __name__ == "__main__":
    main()
