package io.loquent.samples.benchmarks.models;

/**
 * The sizes of a decoder of the Llama family.
 *
 * @param name what folders of this shape are called
 * @param layers number of layers
 * @param hidden length of a hidden state
 * @param heads number of query heads
 * @param keyHeads number of key and value heads
 * @param headSize length of a head; a multiple of 16
 * @param inner length of a hidden state inside the feed-forward block
 * @param vocabulary number of tokens
 * @param context longest sequence
 */
public record LlamaShape(
    String name,
    int layers,
    int hidden,
    int heads,
    int keyHeads,
    int headSize,
    int inner,
    int vocabulary,
    int context) {

  /** The sizes of SmolLM2-135M. */
  public static final LlamaShape SMOLLM2_135M =
      new LlamaShape("smollm2-135m", 30, 576, 9, 3, 64, 1536, 49_152, 8192);

  /** Sizes for tests. */
  public static final LlamaShape TINY = new LlamaShape("tiny", 2, 64, 4, 2, 16, 96, 320, 256);

  /** The base of the rotary position angles. */
  static final double ROPE_THETA = 100_000;

  /** What keeps a norm from dividing by zero. */
  static final float NORM_EPSILON = 1e-5f;

  static final int BOS = 1;
  static final int EOS = 2;

  int queryWidth() {
    return heads * headSize;
  }

  int keyWidth() {
    return keyHeads * headSize;
  }

  /**
   * Returns the bytes that one position takes in the cache.
   *
   * @return size of keys and values of all layers, as floats
   */
  public long cacheBytesPerPosition() {
    return 2L * layers * keyWidth() * Float.BYTES;
  }
}
