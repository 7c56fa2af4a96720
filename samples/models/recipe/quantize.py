"""Writes `X_quantized.onnx` beside each `X.onnx`: `python quantize.py X.onnx ...`.

Every linear layer becomes DynamicQuantizeLinear and MatMulInteger with symmetric integer weights per column. They use seven
bits: with eight, processors without VNNI instructions may overflow and then answer differently from others. The weights of
GRU operators, which onnxruntime computes in floating point only, are kept as eight bits and a scale per row.
"""

import logging
import sys
from pathlib import Path

import numpy as np
import onnx
from onnx import helper, numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic


def quantize(path):
    """Quantizes one graph and returns the new file's path."""
    path = Path(path)
    out = path.with_name(path.stem + "_quantized.onnx")
    logging.getLogger().setLevel(logging.ERROR)
    quantize_dynamic(
        path, out, op_types_to_quantize=["MatMul", "Gemm"], per_channel=True, reduce_range=True,
        weight_type=QuantType.QInt8, extra_options={"MatMulConstBOnly": True},
    )  # fmt: skip
    graph = onnx.load(out)
    if store_gru_weights_as_int8(graph.graph):
        onnx.save(graph, out)
    return out


def store_gru_weights_as_int8(graph):
    """Puts DequantizeLinear between each GRU and its weights W and R, [directions, 3 * hidden, width]; says whether any."""
    weights = {name for node in graph.node if node.op_type == "GRU" for name in node.input[1:3]}
    for tensor in [t for t in graph.initializer if t.name in weights]:
        values = numpy_helper.to_array(tensor)
        scale = np.maximum(np.abs(values).max(axis=(0, 2)), 1e-12) / 127
        rounded = np.round(values / scale[None, :, None]).astype(np.int8)
        parts = {"_int8": rounded, "_scale": scale.astype(np.float32)}
        graph.initializer.remove(tensor)
        graph.initializer.extend(numpy_helper.from_array(part, tensor.name + suffix) for suffix, part in parts.items())
        inputs = [tensor.name + suffix for suffix in parts]
        graph.node.insert(0, helper.make_node("DequantizeLinear", inputs, [tensor.name], tensor.name + "_float", axis=1))
    return bool(weights)


def main():
    for path in sys.argv[1:]:
        out = quantize(path)
        print(f"{out}: {out.stat().st_size / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
