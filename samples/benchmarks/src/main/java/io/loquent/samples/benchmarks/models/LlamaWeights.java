package io.loquent.samples.benchmarks.models;

import java.util.Arrays;

/**
 * The random weights of a Llama shape. Matrices are {@code [outputs, inputs]}, as a checkpoint
 * holds them. Norm weights are all one. The gains keep activations and logits in the range that
 * trained models have. Stateless and thread-safe.
 */
final class LlamaWeights {

  private static final double GAIN = 1;

  /** Small beside what layers add, so that the tied head does not just repeat the last token. */
  private static final double EMBEDDING_DEVIATION = 0.1;

  private final LlamaShape shape;
  private final SeededWeights random;

  LlamaWeights(LlamaShape shape, long seed) {
    this.shape = shape;
    random = new SeededWeights(seed);
  }

  /** The embeddings, which are also the head's weights: {@code [vocabulary, hidden]}. */
  float[] embedding() {
    return random.values("embed_tokens", shape.vocabulary() * shape.hidden(), EMBEDDING_DEVIATION);
  }

  float[] norm() {
    float[] ones = new float[shape.hidden()];
    Arrays.fill(ones, 1);
    return ones;
  }

  float[] query(int layer) {
    return attention(layer, "q_proj", shape.queryWidth(), shape.hidden());
  }

  float[] key(int layer) {
    return attention(layer, "k_proj", shape.keyWidth(), shape.hidden());
  }

  float[] value(int layer) {
    return attention(layer, "v_proj", shape.keyWidth(), shape.hidden());
  }

  float[] output(int layer) {
    return attention(layer, "o_proj", shape.hidden(), shape.queryWidth());
  }

  /** Query, key and value projections, one below the other. */
  float[] queryKeyValue(int layer) {
    float[] query = query(layer);
    float[] key = key(layer);
    float[] value = value(layer);
    float[] all = Arrays.copyOf(query, query.length + key.length + value.length);
    System.arraycopy(key, 0, all, query.length, key.length);
    System.arraycopy(value, 0, all, query.length + key.length, value.length);
    return all;
  }

  float[] gate(int layer) {
    return feedForward(layer, "gate_proj", shape.inner(), shape.hidden());
  }

  float[] up(int layer) {
    return feedForward(layer, "up_proj", shape.inner(), shape.hidden());
  }

  float[] down(int layer) {
    return feedForward(layer, "down_proj", shape.hidden(), shape.inner());
  }

  private float[] attention(int layer, String part, int rows, int columns) {
    return random.matrix("layers." + layer + ".self_attn." + part, rows, columns, GAIN);
  }

  private float[] feedForward(int layer, String part, int rows, int columns) {
    return random.matrix("layers." + layer + ".mlp." + part, rows, columns, GAIN);
  }

  /** The frequencies of the rotary position angles, {@code [headSize / 2]}. */
  float[] rotaryFrequencies() {
    float[] frequencies = new float[shape.headSize() / 2];
    for (int i = 0; i < frequencies.length; i++) {
      frequencies[i] = (float) Math.pow(LlamaShape.ROPE_THETA, -2.0 * i / shape.headSize());
    }
    return frequencies;
  }
}
