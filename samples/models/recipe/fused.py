"""The fast CTC model as one ONNX graph of few operators, written node by node: `fused_ctc(model)`.

At its size a graph costs by the operator, so attention is ONNX Runtime's `Attention`, which is one and makes queries, keys
and values in one product. The rest are standard operators, which ONNX Runtime fuses further when it opens the int8 graph.
"""

import numpy as np
import torch
from onnx import TensorProto, helper, numpy_helper

from data import PAD, VOCABULARY

CONTRIBUTED = "com.microsoft"


class Writer:
    """Nodes and weights of a graph in the order in which they are added."""

    def __init__(self):
        self.nodes, self.weights = [], []

    def weight(self, name, value):
        array = torch.as_tensor(value).detach().contiguous().numpy()
        self.weights.append(numpy_helper.from_array(array, name))
        return name

    def add(self, kind, inputs, outputs, domain="", **attributes):
        self.nodes.append(helper.make_node(kind, inputs, outputs, f"{kind}.{len(self.nodes)}", domain=domain, **attributes))
        return outputs[0]


def embedded(writer, embedding):
    """Scaled tokens with their positions, [batch, length, width]."""
    tokens = writer.weight("tokens", embedding.tokens.weight * embedding.scale)
    positions = writer.weight("positions", embedding.positions)
    writer.add("Shape", ["input_ids"], ["size"])
    ends = [writer.weight(name, np.array([n], np.int64)) for name, n in (("zero", 0), ("one", 1), ("two", 2))]
    writer.add("Slice", ["size", ends[1], ends[2]], ["length"])
    writer.add("Slice", [positions, ends[0], "length", ends[0]], ["places"])
    writer.add("Gather", [tokens, "input_ids"], ["letters"], axis=0)
    return writer.add("Add", ["letters", "places"], ["embedded"])


def linear(writer, name, layer, x):
    product = writer.add("MatMul", [x, writer.weight(name + ".weight", layer.weight.T)], [name + ".product"])
    return writer.add("Add", [product, writer.weight(name + ".bias", layer.bias)], [name])


def normed(writer, name, norm, x):
    parts = [writer.weight(name + ".weight", norm.weight), writer.weight(name + ".bias", norm.bias)]
    return writer.add("LayerNormalization", [x, *parts], [name], axis=-1, epsilon=norm.eps)


def attended(writer, name, attention, x):
    parts = (attention.query, attention.key_value)
    weight = writer.weight(name + ".weight", torch.cat([part.weight for part in parts]).T)
    inputs = [x, weight, writer.weight(name + ".bias", torch.cat([part.bias for part in parts])), "mask"]
    mixed = writer.add("Attention", inputs, [name + ".mixed"], CONTRIBUTED, num_heads=attention.heads)
    return linear(writer, name + ".out", attention.out, mixed)


def layered(writer, name, layer, x):
    """A `layers.Layer`."""
    change = attended(writer, name + ".attention", layer.self_attention, normed(writer, name + ".norm", layer.self_norm, x))
    x = writer.add("Add", [x, change], [name + ".middle"])
    wide = linear(writer, name + ".widen", layer.widen, normed(writer, name + ".inner_norm", layer.inner_norm, x))
    change = linear(writer, name + ".narrow", layer.narrow, writer.add("Relu", [wide], [name + ".positive"]))
    return writer.add("Add", [x, change], [name])


def frames(writer, model, x):
    """Each letter's frames, those of padding certain of the blank."""
    logits = linear(writer, "out", model.out, x)
    blank = np.full((model.FRAMES, VOCABULARY), -30.0, np.float32)
    blank[:, PAD] = 30.0
    writer.add("Cast", ["attention_mask"], ["is_letter"], to=TensorProto.BOOL)
    writer.add("Unsqueeze", ["is_letter", writer.weight("last", np.array([2], np.int64))], ["letter_column"])
    writer.add("Where", ["letter_column", logits, writer.weight("blank", blank.reshape(-1))], ["masked"])
    return writer.add("Reshape", ["masked", writer.weight("shape", np.array([0, -1, VOCABULARY], np.int64))], ["logits"])


def fused_ctc(model):
    """The ONNX model of a `models.LetterCtc`."""
    writer = Writer()
    x = embedded(writer, model.embedding)
    writer.add("Cast", ["attention_mask"], ["mask"], to=TensorProto.INT32)
    for index, layer in enumerate(model.stack.layers):
        x = layered(writer, f"layer{index}", layer, x)
    frames(writer, model, normed(writer, "norm", model.stack.norm, x))
    inputs = ("input_ids", "attention_mask")
    ids = [helper.make_tensor_value_info(name, TensorProto.INT64, ["batch", "length"]) for name in inputs]
    logits = helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["batch", "frames", VOCABULARY])
    graph = helper.make_graph(writer.nodes, "ctc", ids, [logits], writer.weights)
    versions = [helper.make_opsetid("", 17), helper.make_opsetid(CONTRIBUTED, 1)]
    return helper.make_model(graph, opset_imports=versions, ir_version=8, producer_name="loquent")
