package io.loquent.samples.benchmarks.models;

/**
 * The sizes of an encoder-decoder of the Marian family.
 *
 * @param name what folders of this shape are called
 * @param layers number of layers, of the encoder and of the decoder
 * @param hidden length of a hidden state
 * @param heads number of heads
 * @param inner length of a hidden state inside the feed-forward block
 * @param vocabulary number of tokens; the last one is for padding and starts the decoder
 * @param context longest sequence
 */
public record MarianShape(
    String name, int layers, int hidden, int heads, int inner, int vocabulary, int context) {

  /** The sizes of opus-mt models. */
  public static final MarianShape OPUS_MT =
      new MarianShape("opus-mt", 6, 512, 8, 2048, 58_100, 512);

  /** Sizes for tests. */
  public static final MarianShape TINY = new MarianShape("tiny-marian", 2, 64, 4, 96, 320, 128);

  static final int EOS = 0;

  int headSize() {
    return hidden / heads;
  }

  int pad() {
    return vocabulary - 1;
  }

  /** The bytes that one position takes in the decoder's own cache, as floats. */
  long cacheBytesPerPosition() {
    return 2L * layers * hidden * Float.BYTES;
  }
}
