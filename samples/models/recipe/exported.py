"""A folder's ONNX graphs behind the methods of `models`, so that `decode` runs them in onnxruntime."""

from pathlib import Path

import onnxruntime
import torch

from models import HEADS, WIDTH
from models import MaskedDiffusion as Network


class Exported:
    """Opens graphs when they are first needed. suffix: "" for fp32, "_quantized" for int8."""

    def __init__(self, folder, suffix="", threads=2):
        self.folder, self.suffix, self.sessions = Path(folder), suffix, {}
        self.options = onnxruntime.SessionOptions()
        self.options.intra_op_num_threads = threads
        self.options.log_severity_level = 3

    def run(self, graph, **inputs):
        """All outputs of a graph, as tensors, in the order of the file."""
        if graph not in self.sessions:
            path = self.folder / f"{graph}{self.suffix}.onnx"
            self.sessions[graph] = onnxruntime.InferenceSession(str(path), self.options, providers=["CPUExecutionProvider"])
        arrays = {name: value.numpy() for name, value in inputs.items()}
        return [torch.from_numpy(output) for output in self.sessions[graph].run(None, arrays)]


class Transformer(Exported):
    def encoder(self, ids, mask):
        return self.run("encoder_model", input_ids=ids, attention_mask=mask)[0]

    def cross(self, encoded):
        """`decoder_model` makes the keys and values itself, so the encoder's output stands for them."""
        return [(encoded, encoded)]

    def decode(self, ids, cross, mask):
        return self.run("decoder_model", input_ids=ids, encoder_attention_mask=mask, encoder_hidden_states=cross[0][0])[0], None


class Gru(Exported):
    def encode(self, ids, mask):
        memory, self.projected, state = self.run("encoder", input_ids=ids, attention_mask=mask)
        return memory, state

    def memory(self, memory):
        return self.projected

    def step(self, token, state, memory, mask, projected):
        return self.run("decoder_step", token=token, state=state, memory=memory, memory_mask=mask, projected=projected)


class ConditionalMaskedLM(Exported):
    def encode(self, ids, mask):
        return self.run("encoder_model", input_ids=ids, attention_mask=mask)

    def decode(self, canvas, canvas_mask, encoded, mask):
        return self.edits(canvas, canvas_mask, encoded, mask)[0]

    def edits(self, canvas, canvas_mask, encoded, mask):
        return self.run(
            "decoder_model", input_ids=canvas, decoder_attention_mask=canvas_mask,
            encoder_hidden_states=encoded, encoder_attention_mask=mask,
        )  # fmt: skip


class Levenshtein(ConditionalMaskedLM):
    def encoder(self, ids, mask):
        return self.encode(ids, mask)[0]


class OneGraph(Exported):
    """CTC answers logits, a directed acyclic Transformer logits and links."""

    def __call__(self, ids, mask):
        outputs = self.run("model", input_ids=ids, attention_mask=mask)
        return outputs[0] if len(outputs) == 1 else outputs


class MaskedDiffusion(Exported):
    def __call__(self, ids, attention_mask, position_ids):
        past = torch.zeros(ids.shape[0], HEADS, 0, WIDTH // HEADS)
        layers = {f"past_key_values.{i}.{part}": past for i in range(Network.LAYERS) for part in ("key", "value")}
        return self.run("model", input_ids=ids, attention_mask=attention_mask, position_ids=position_ids, **layers)[0], None


EXPORTED = {
    "g2p-transformer": Transformer,
    "g2p-gru": Gru,
    "g2p-nat": ConditionalMaskedLM,
    "g2p-cmlm": ConditionalMaskedLM,
    "g2p-levenshtein": Levenshtein,
    "g2p-ctc": OneGraph,
    "g2p-ctc-fast": OneGraph,
    "g2p-ctc-wide": OneGraph,
    "g2p-dat": OneGraph,
    "g2p-diffusion": MaskedDiffusion,
}
