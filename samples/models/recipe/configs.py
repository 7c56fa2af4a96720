"""What `config.json`, `generation_config.json` and `states.json` say of each family."""

from data import BOS, EOS, FIRST_PHONEME, MASK, PAD, UPSAMPLE, VOCABULARY
from models import CANVAS, FAMILIES, HEADS, INNER, INSERT_CLASSES, LENGTH_CLASSES, WIDTH, Gru, LetterCtc, MaskedDiffusion

SPECIAL = {"bos_token_id": BOS, "eos_token_id": EOS, "pad_token_id": PAD}
LONGEST = {"max_length": 48}
MOST_PHONEMES = {"max_new_tokens": LENGTH_CLASSES - 1}

ENCODER_DECODER = {
    "d_model": WIDTH, "encoder_layers": 3, "decoder_layers": 3, "encoder_attention_heads": HEADS,
    "decoder_attention_heads": HEADS, "encoder_ffn_dim": INNER, "decoder_ffn_dim": INNER, "max_position_embeddings": 256,
}  # fmt: skip
MARIAN = {
    "activation_function": "relu", "scale_embedding": True, "share_encoder_decoder_embeddings": True,
    "tie_word_embeddings": True, "decoder_start_token_id": PAD, "use_cache": True,
}  # fmt: skip
CANVAS_OF_PHONEMES = {"mask_token_id": MASK, "first_legal_target_id": FIRST_PHONEME}
CLASSES = {"length_mode": "classes", "length_classes": LENGTH_CLASSES}
ONE_STACK = {"d_model": WIDTH, "max_position_embeddings": 256}
LETTERS = {"upsample": LetterCtc.FRAMES, "ctc_blank_token_id": PAD, "max_position_embeddings": 256}
DIFFUSION = {
    "hidden_size": WIDTH, "num_hidden_layers": MaskedDiffusion.LAYERS, "num_attention_heads": HEADS,
    "intermediate_size": INNER, "max_position_embeddings": 256, "mask_token_id": MASK, "logits_shift": 0, "causal": False,
    "block_length": CANVAS, "max_new_tokens": CANVAS,
}  # fmt: skip
RECURRENT = {
    "cell": "gru", "attention": "bahdanau", "hidden_size": Gru.DECODER, "embedding_size": Gru.EMBEDDING,
    "encoder_hidden_size": Gru.ENCODER, "encoder_layers": 2, "decoder_start_token_id": BOS,
}  # fmt: skip


def letter_sizes(name):
    layers, width, heads, inner = FAMILIES[name].args
    return {"d_model": width, "encoder_layers": layers, "encoder_attention_heads": heads, "encoder_ffn_dim": inner}


# family: (model type, architecture, is it an encoder and a decoder, more entries, entries of generation_config.json)
FAMILY = {
    "g2p-transformer": (
        "marian", "MarianMTModel", True, {"decoder_vocab_size": VOCABULARY, **ENCODER_DECODER, **MARIAN},
        {"decoder_start_token_id": PAD, **LONGEST, "num_beams": 5, "length_penalty": 1.0, "early_stopping": False},
    ),
    "g2p-gru": ("rnn-seq2seq", "Gru", True, RECURRENT, {"decoder_start_token_id": BOS, **LONGEST}),
    "g2p-nat": (
        "g2p-nat", "ConditionalMaskedLM", True, {**ENCODER_DECODER, **CANVAS_OF_PHONEMES, **CLASSES},
        {"max_iterations": 1, **MOST_PHONEMES},
    ),
    "g2p-cmlm": (
        "g2p-cmlm", "ConditionalMaskedLM", True, {**ENCODER_DECODER, **CANVAS_OF_PHONEMES, **CLASSES},
        {"max_iterations": 4, **MOST_PHONEMES},
    ),
    "g2p-levenshtein": (
        "g2p-levenshtein", "Levenshtein", True,
        {**ENCODER_DECODER, **CANVAS_OF_PHONEMES, "max_insertions": INSERT_CLASSES - 1},
        {"max_iterations": 9, **MOST_PHONEMES},
    ),
    "g2p-ctc": ("g2p-ctc", "CharacterCTC", False, {**ONE_STACK, "upsample": UPSAMPLE, "ctc_blank_token_id": PAD}, {}),
    "g2p-ctc-fast": ("g2p-ctc", "LetterCTC", False, {**letter_sizes("g2p-ctc-fast"), **LETTERS}, {}),
    "g2p-ctc-wide": ("g2p-ctc", "LetterCTC", False, {**letter_sizes("g2p-ctc-wide"), **LETTERS}, {}),
    "g2p-dat": ("g2p-dat", "DaTransformer", False, {**ONE_STACK, "upsample": UPSAMPLE, "links": True}, {}),
    "g2p-diffusion": ("g2p-diffusion", "MaskedDiffusion", False, DIFFUSION, {"max_new_tokens": CANVAS}),
}  # fmt: skip


def config(name):
    kind, architecture, is_encoder_decoder, more, _ = FAMILY[name]
    head = {"model_type": kind, "architectures": [architecture], "is_encoder_decoder": is_encoder_decoder}
    return {**head, "vocab_size": VOCABULARY, **more, **SPECIAL}


def generation_config(name):
    return {**SPECIAL, **FAMILY[name][4]}


def gru_states(suffix):
    """Which outputs of a step are the next step's inputs, and what the encoder gives to all steps."""

    def constant(name):
        return {"input": name, "source": {"encoder_output": name}, "batch_axis": 0}

    mask = {"input": "memory_mask", "source": {"encoder_input": "attention_mask"}, "batch_axis": 0}
    state = {"input": "state", "output": "next_state", "initial": {"encoder_output": "final_state"}, "batch_axis": 0}
    inputs = {"input_ids": "input_ids", "attention_mask": "attention_mask"}
    decoder = {
        "file": f"decoder_step{suffix}.onnx", "token_input": "token", "token_rank": 1, "logits_output": "logits",
        "logits_rank": 2, "states": [state], "constants": [constant("memory"), constant("projected"), mask],
    }  # fmt: skip
    return {"format": 1, "encoder": {"file": f"encoder{suffix}.onnx", "inputs": inputs}, "decoder": decoder}
