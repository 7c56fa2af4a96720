"""Writes a checkpoint's ONNX graphs and checks them: `python export.py CHECKPOINT.pt FOLDER`.

Batch and sequence axes are dynamic, ids int64, the rest float32. Every graph is run in onnxruntime at other sizes than
it was traced with, padding included, and must agree with PyTorch within 1e-4.
"""

import argparse
import warnings
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from torch import nn

from data import EOS, FIRST_CHARACTER, FIRST_PHONEME, MASK, VOCABULARY
from fused import fused_ctc
from models import FAMILIES, HEADS, WIDTH

TOLERANCE = 1e-4
OPSET = 17
HEAD_SIZE = WIDTH // HEADS


class Call(nn.Module):
    """Gives a function of a model the shape of a module, which the exporter wants."""

    def __init__(self, model, function):
        super().__init__()
        self.model, self.function = model, function

    def forward(self, *inputs):
        return self.function(self.model, *inputs)


@dataclass(frozen=True)
class Graph:
    """One ONNX file. inputs and outputs: name -> names of its axes, an int where the size is fixed."""

    file: str
    function: object
    inputs: dict
    outputs: dict
    # Makes the ONNX model of the PyTorch model, where the exporter's would be slower.
    writer: object = None


IDS, MASKS = ("batch", "length"), ("batch", "length")
ENCODED = ("batch", "length", WIDTH)
CANVAS_INPUTS = {
    "input_ids": ("batch", "slots"),
    "decoder_attention_mask": ("batch", "slots"),
    "encoder_hidden_states": ENCODED,
    "encoder_attention_mask": MASKS,
}
SOURCE_INPUTS = {"input_ids": IDS, "attention_mask": MASKS}


def caches(names, length):
    return {name: ("batch", HEADS, length, HEAD_SIZE) for name in names}


def pairs(flat):
    return [(flat[i], flat[i + 1]) for i in range(0, len(flat), 2)]


def flattened(kept):
    return [tensor for pair in kept for tensor in pair]


def transformer_graphs(model):
    layers = range(len(model.decoder))
    names = {side: [f"{i}.{side}.{part}" for i in layers for part in ("key", "value")] for side in ("decoder", "encoder")}

    def first(m, ids, mask, encoded):
        cross = m.cross(encoded)
        logits, present = m.decode(ids, cross, mask)
        # Named as Optimum does: for each layer its own keys and values, then those of the encoder.
        return logits, *[t for own, other in zip(present, cross) for t in (*own, *other)]

    def later(m, ids, mask, *past):
        own = [(past[4 * i], past[4 * i + 1]) for i in layers]
        cross = [(past[4 * i + 2], past[4 * i + 3]) for i in layers]
        logits, present = m.decode(ids, cross, mask, own)
        return logits, *flattened(present)

    def both(prefix, own, other):
        found = {}
        for i in layers:
            for side, length in (("decoder", own), ("encoder", other)):
                found |= caches([f"{prefix}.{i}.{side}.{part}" for part in ("key", "value")], length)
        return found

    new = {"input_ids": ("batch", "new"), "encoder_attention_mask": MASKS}
    logits = {"logits": ("batch", "new", VOCABULARY)}
    present = caches(["present." + n for n in names["decoder"]], "past + new")
    return [
        Graph("encoder_model", lambda m, ids, mask: m.encoder(ids, mask), SOURCE_INPUTS, {"last_hidden_state": ENCODED}),
        Graph("decoder_model", first, {**new, "encoder_hidden_states": ENCODED}, {**logits, **both("present", "new", "length")}),
        Graph("decoder_with_past_model", later, {**new, **both("past_key_values", "past", "length")}, {**logits, **present}),
    ]


def gru_graphs(model):
    memory, state = ("batch", "length", 2 * model.ENCODER), ("batch", model.DECODER)
    projected = ("batch", "length", model.ATTENTION)
    step = {"token": ("batch",), "state": state, "memory": memory, "memory_mask": MASKS, "projected": projected}

    def encode(m, ids, mask):
        encoded, final = m.encode(ids, mask)
        # Attention's share of the memory is the same in every step, so it leaves the encoder as a constant.
        return encoded, m.memory(encoded), final

    encoder = {"memory": memory, "projected": projected, "final_state": state}
    return [
        Graph("encoder", encode, SOURCE_INPUTS, encoder),
        Graph("decoder_step", lambda m, *i: m.step(*i), step, {"logits": ("batch", VOCABULARY), "next_state": state}),
    ]


def masked_graphs(model):
    encoder = {"last_hidden_state": ENCODED, "length_logits": ("batch", model.length[-1].out_features)}
    logits = {"logits": ("batch", "slots", VOCABULARY)}
    return [
        Graph("encoder_model", lambda m, *i: m.encode(*i), SOURCE_INPUTS, encoder),
        Graph("decoder_model", lambda m, *i: m.decode(*i), CANVAS_INPUTS, logits),
    ]


def levenshtein_graphs(model):
    heads = {
        "logits": ("batch", "slots", VOCABULARY),
        "delete_logits": ("batch", "slots", 2),
        "insert_logits": ("batch", "slots - 1", model.insert.out_features),
    }
    return [
        Graph("encoder_model", lambda m, ids, mask: m.encoder(ids, mask), SOURCE_INPUTS, {"last_hidden_state": ENCODED}),
        Graph("decoder_model", lambda m, *i: m.edits(*i), CANVAS_INPUTS, heads),
    ]


def ctc_graphs(model):
    return [Graph("model", lambda m, *i: m(*i), SOURCE_INPUTS, {"logits": ("batch", "frames", VOCABULARY)})]


def letter_ctc_graphs(model):
    return [replace(graph, writer=fused_ctc) for graph in ctc_graphs(model)]


def dat_graphs(model):
    outputs = {"logits": ("batch", "vertices", VOCABULARY), "links": ("batch", "vertices", "vertices")}
    return [Graph("model", lambda m, *i: m(*i), SOURCE_INPUTS, outputs)]


def diffusion_graphs(model):
    names = [f"{i}.{part}" for i in range(model.LAYERS) for part in ("key", "value")]

    def run(m, ids, mask, positions, *past):
        logits, present = m(ids, mask, positions, pairs(past))
        return logits, *flattened(present)

    inputs = {"input_ids": ("batch", "new"), "attention_mask": ("batch", "past + new"), "position_ids": ("batch", "new")}
    inputs |= caches(["past_key_values." + n for n in names], "past")
    outputs = {"logits": ("batch", "new", VOCABULARY)} | caches(["present." + n for n in names], "past + new")
    return [Graph("model", run, inputs, outputs)]


GRAPHS = {
    "g2p-transformer": transformer_graphs,
    "g2p-gru": gru_graphs,
    "g2p-nat": masked_graphs,
    "g2p-cmlm": masked_graphs,
    "g2p-levenshtein": levenshtein_graphs,
    "g2p-ctc": ctc_graphs,
    "g2p-ctc-fast": letter_ctc_graphs,
    "g2p-ctc-wide": letter_ctc_graphs,
    "g2p-dat": dat_graphs,
    "g2p-diffusion": diffusion_graphs,
}


def example(inputs, sizes, seed):
    """Random inputs of the named sizes; row r of every mask ends r places early."""
    random = torch.Generator().manual_seed(seed)
    made = {}
    for name, axes in inputs.items():
        shape = [sizes[axis] if isinstance(axis, str) else axis for axis in axes]
        if name.endswith("mask"):
            made[name] = torch.ones(shape, dtype=torch.long)
            for row in range(1, shape[0]):
                made[name][row, max(shape[1] - row, 1) :] = 0
        elif name == "position_ids":
            made[name] = (sizes["past"] + torch.arange(shape[1])).expand(shape).contiguous()
        elif name in ("input_ids", "token"):
            low, high = (FIRST_CHARACTER, FIRST_PHONEME) if "attention_mask" in inputs else (FIRST_PHONEME, VOCABULARY)
            made[name] = torch.randint(low, high, shape, generator=random)
            if len(shape) > 1:
                made[name][:, -1] = EOS if "attention_mask" in inputs else MASK
        else:
            made[name] = torch.randn(shape, generator=random)
    return made


def sizes_of(batch, length, new, past):
    return {
        "batch": batch, "length": length, "new": new, "past": past, "past + new": past + new, "slots": new,
        "slots - 1": new - 1, "frames": 3 * length, "vertices": 3 * length,
    }  # fmt: skip


def export(model, graph, folder):
    """Writes one graph and returns its path."""
    inputs = example(graph.inputs, sizes_of(2, 7, 5, 3), 0)
    named = {**graph.inputs, **graph.outputs}
    axes = {n: {i: a for i, a in enumerate(shape) if isinstance(a, str)} for n, shape in named.items()}
    path = Path(folder) / (graph.file + ".onnx")
    if graph.writer is not None:
        onnx.save(graph.writer(model), path)
        return path
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            Call(model, graph.function).eval(), tuple(inputs.values()), str(path), dynamo=False, opset_version=OPSET,
            input_names=list(graph.inputs), output_names=list(graph.outputs), dynamic_axes=axes,
        )  # fmt: skip
    return path


def check(model, graph, path):
    """Runs the file at other sizes than it was traced with; returns the largest difference from PyTorch."""
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    worst = 0.0
    for seed, sizes in enumerate((sizes_of(1, 4, 1, 0), sizes_of(3, 11, 24, 9), sizes_of(2, 9, 2, 1)), 1):
        if "slots - 1" in {a for s in graph.outputs.values() for a in s} and sizes["slots"] < 2:
            continue
        inputs = example(graph.inputs, sizes, seed)
        with torch.no_grad():
            wanted = graph.function(model, *inputs.values())
        wanted = wanted if isinstance(wanted, tuple) else (wanted,)
        found = session.run(list(graph.outputs), {name: value.numpy() for name, value in inputs.items()})
        for name, one, other in zip(graph.outputs, wanted, found):
            # Blocked links are about -1e9 in both; only what can be told apart from "impossible" counts.
            one, other = np.maximum(one.numpy(), -1e8), np.maximum(other, -1e8)
            if one.shape != other.shape:
                raise SystemExit(f"{path}: {name} is {other.shape}, PyTorch gives {one.shape}")
            worst = max(worst, float(np.abs(one - other).max(initial=0.0)))
    if worst > TOLERANCE:
        raise SystemExit(f"{path}: differs from PyTorch by {worst}")
    return worst


def load(checkpoint):
    """(name, model) of a .pt file of train.py, or an untrained model by its family's name."""
    if checkpoint in FAMILIES:
        return checkpoint, FAMILIES[checkpoint]().eval()
    saved = torch.load(checkpoint, map_location="cpu")
    model = FAMILIES[saved["name"]]().eval()
    model.load_state_dict(saved["state"])
    return saved["name"], model


def export_all(name, model, folder):
    """Writes and checks every graph of a model and returns their paths."""
    Path(folder).mkdir(parents=True, exist_ok=True)
    paths = []
    for graph in GRAPHS[name](model):
        path = export(model, graph, folder)
        print(f"{path}: {path.stat().st_size / 1e6:.2f} MB, differs from PyTorch by {check(model, graph, path):.1e} at most")
        paths.append(path)
    return paths


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("checkpoint", help="a .pt file of train.py, or a family's name for an untrained model")
    parser.add_argument("folder")
    options = parser.parse_args()
    torch.manual_seed(1)
    name, model = load(options.checkpoint)
    export_all(name, model, options.folder)


if __name__ == "__main__":
    main()
