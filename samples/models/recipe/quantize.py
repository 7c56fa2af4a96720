"""Writes `X_quantized.onnx` beside each `X.onnx`: `python quantize.py X.onnx ...`.

Every linear layer becomes DynamicQuantizeLinear and MatMulInteger with symmetric integer weights per column. They use seven
bits: with eight, processors without VNNI instructions may overflow and then answer differently from others. The weights of
GRU operators, which onnxruntime computes in floating point only, are kept as eight bits and a scale per row, and so are tables
of token embeddings where the caller asks for it.
"""

import logging
import sys
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic

# Tables of fewer rows, positions for one, are not worth it.
LARGE = 512


def quantize(path, embeddings=False):
    """Quantizes one graph and returns the new file's path. embeddings: also keep tables of tokens as int8."""
    path = Path(path)
    out = path.with_name(path.stem + "_quantized.onnx")
    logging.getLogger().setLevel(logging.ERROR)
    quantize_dynamic(
        path, out, op_types_to_quantize=["MatMul", "Gemm", "Attention"], per_channel=True, reduce_range=True,
        weight_type=QuantType.QInt8, extra_options={"MatMulConstBOnly": True, "DefaultTensorType": TensorProto.FLOAT},
    )  # fmt: skip
    graph = onnx.load(out)
    changed = store_gru_weights_as_int8(graph.graph)
    changed |= embeddings and store_embeddings_as_int8(graph.graph)
    if changed:
        onnx.save(graph, out)
    return out


def rounded(values, axes):
    """(int8 values, scales), one scale for all entries along `axes`."""
    scale = np.maximum(np.abs(values).max(axis=axes, keepdims=True), 1e-12).astype(np.float32) / 127
    return np.round(values / scale).astype(np.int8), scale


def store_gru_weights_as_int8(graph):
    """Puts DequantizeLinear between each GRU and its weights W and R, [directions, 3 * hidden, width]; says whether any."""
    weights = {name for node in graph.node if node.op_type == "GRU" for name in node.input[1:3]}
    for tensor in [t for t in graph.initializer if t.name in weights]:
        values, scale = rounded(numpy_helper.to_array(tensor), (0, 2))
        parts = {"_int8": values, "_scale": scale.reshape(-1)}
        graph.initializer.remove(tensor)
        graph.initializer.extend(numpy_helper.from_array(part, tensor.name + suffix) for suffix, part in parts.items())
        inputs = [tensor.name + suffix for suffix in parts]
        graph.node.insert(0, helper.make_node("DequantizeLinear", inputs, [tensor.name], tensor.name + "_float", axis=1))
    return bool(weights)


def store_embeddings_as_int8(graph):
    """Makes every row of a float table that is looked up by id int8 with its own scale; says whether there was any."""
    floats = [tensor for tensor in graph.initializer if tensor.data_type == TensorProto.FLOAT]
    tables = {tensor.name: tensor for tensor in floats if len(tensor.dims) == 2 and tensor.dims[0] >= LARGE}
    lookups = [node for node in graph.node if node.op_type == "Gather" and node.input[0] in tables]
    for node in lookups:
        name, ids, output = *node.input, node.output[0]
        values, scale = rounded(numpy_helper.to_array(tables[name]), (1,))
        for part, suffix in ((values, "_int8"), (scale, "_scale")):
            graph.initializer.append(numpy_helper.from_array(part, name + suffix))
        place = list(graph.node).index(node)
        new = [
            helper.make_node("Gather", [name + "_int8", ids], [output + "_int8"], axis=0),
            helper.make_node("Cast", [output + "_int8"], [output + "_whole"], to=TensorProto.FLOAT),
            helper.make_node("Gather", [name + "_scale", ids], [output + "_scale"], axis=0),
            helper.make_node("Mul", [output + "_whole", output + "_scale"], [output]),
        ]
        graph.node.remove(node)
        for offset, added in enumerate(new):
            graph.node.insert(place + offset, added)
    used = {name for node in graph.node for name in node.input}
    for tensor in [t for t in graph.initializer if t.name in tables and t.name not in used]:
        graph.initializer.remove(tensor)
    return bool(lookups)


def main():
    for path in sys.argv[1:]:
        out = quantize(path)
        print(f"{out}: {out.stat().st_size / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
