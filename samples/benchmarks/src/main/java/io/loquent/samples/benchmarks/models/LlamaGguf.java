package io.loquent.samples.benchmarks.models;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Puts the weights of a Llama shape into a GGUF file, with a vocabulary of bytes and fillers. */
final class LlamaGguf {

  private static final int BYTES = 256;
  private static final int SPECIAL = 3;
  private static final int TYPE_NORMAL = 1;
  private static final int TYPE_UNKNOWN = 2;
  private static final int TYPE_CONTROL = 3;
  private static final int TYPE_BYTE = 6;

  private LlamaGguf() {}

  static GgufFile of(LlamaShape shape, LlamaWeights weights, GgmlType type) {
    GgufFile file = new GgufFile();
    addShape(file, shape, type);
    addVocabulary(file, shape.vocabulary());
    file.matrix("token_embd.weight", type, shape.vocabulary(), shape.hidden(), weights::embedding);
    file.vector("output_norm.weight", weights.norm());
    for (int layer = 0; layer < shape.layers(); layer++) {
      addLayer(file, shape, weights, type, layer);
    }
    return file;
  }

  private static void addShape(GgufFile file, LlamaShape shape, GgmlType type) {
    file.text("general.architecture", "llama");
    file.text("general.name", shape.name());
    file.integer("general.file_type", type.fileType());
    file.integer("llama.context_length", shape.context());
    file.integer("llama.embedding_length", shape.hidden());
    file.integer("llama.block_count", shape.layers());
    file.integer("llama.feed_forward_length", shape.inner());
    file.integer("llama.attention.head_count", shape.heads());
    file.integer("llama.attention.head_count_kv", shape.keyHeads());
    file.integer("llama.rope.dimension_count", shape.headSize());
    file.real("llama.rope.freq_base", (float) LlamaShape.ROPE_THETA);
    file.real("llama.attention.layer_norm_rms_epsilon", LlamaShape.NORM_EPSILON);
    file.integer("llama.vocab_size", shape.vocabulary());
  }

  /** Every letter is a token of its own: no other token is text, so it falls back to bytes. */
  private static void addVocabulary(GgufFile file, int size) {
    List<String> tokens = new ArrayList<>(List.of("<unk>", "<s>", "</s>"));
    int[] types = new int[size];
    Arrays.fill(types, TYPE_NORMAL);
    types[0] = TYPE_UNKNOWN;
    types[LlamaShape.BOS] = TYPE_CONTROL;
    types[LlamaShape.EOS] = TYPE_CONTROL;
    for (int value = 0; value < BYTES; value++) {
      types[tokens.size()] = TYPE_BYTE;
      tokens.add(String.format("<0x%02X>", value));
    }
    for (int i = SPECIAL + BYTES; i < size; i++) {
      tokens.add("\u2581zz" + i);
    }
    file.text("tokenizer.ggml.model", "llama");
    file.texts("tokenizer.ggml.tokens", tokens);
    file.reals("tokenizer.ggml.scores", new float[size]);
    file.integers("tokenizer.ggml.token_type", types);
    file.integer("tokenizer.ggml.bos_token_id", LlamaShape.BOS);
    file.integer("tokenizer.ggml.eos_token_id", LlamaShape.EOS);
    file.integer("tokenizer.ggml.unknown_token_id", 0);
    file.flag("tokenizer.ggml.add_space_prefix", false);
  }

  private static void addLayer(
      GgufFile file, LlamaShape shape, LlamaWeights weights, GgmlType type, int layer) {
    String prefix = "blk." + layer + ".";
    int hidden = shape.hidden();
    file.vector(prefix + "attn_norm.weight", weights.norm());
    file.vector(prefix + "ffn_norm.weight", weights.norm());
    file.matrix(
        prefix + "attn_q.weight",
        type,
        shape.queryWidth(),
        hidden,
        () -> interleaved(weights.query(layer), shape.heads(), shape.headSize(), hidden));
    file.matrix(
        prefix + "attn_k.weight",
        type,
        shape.keyWidth(),
        hidden,
        () -> interleaved(weights.key(layer), shape.keyHeads(), shape.headSize(), hidden));
    file.matrix(
        prefix + "attn_v.weight", type, shape.keyWidth(), hidden, () -> weights.value(layer));
    file.matrix(
        prefix + "attn_output.weight",
        type,
        hidden,
        shape.queryWidth(),
        () -> weights.output(layer));
    file.matrix(prefix + "ffn_gate.weight", type, shape.inner(), hidden, () -> weights.gate(layer));
    file.matrix(prefix + "ffn_up.weight", type, shape.inner(), hidden, () -> weights.up(layer));
    file.matrix(prefix + "ffn_down.weight", type, hidden, shape.inner(), () -> weights.down(layer));
  }

  /**
   * Reorders the rows of a rotated projection. Checkpoints turn row i of a head against row i +
   * half; llama.cpp's llama architecture turns neighbours, so the two halves have to be
   * interleaved.
   */
  static float[] interleaved(float[] rows, int heads, int headSize, int columns) {
    float[] result = new float[rows.length];
    int half = headSize / 2;
    for (int head = 0; head < heads; head++) {
      for (int i = 0; i < headSize; i++) {
        int source = head * headSize + i;
        int target = head * headSize + 2 * (i % half) + i / half;
        System.arraycopy(rows, source * columns, result, target * columns, columns);
      }
    }
    return result;
  }
}
