package io.loquent.samples.benchmarks.models;

/**
 * The sizes of an encoder of the BERT family.
 *
 * @param name what folders of this shape are called
 * @param layers number of layers
 * @param hidden length of a hidden state
 * @param heads number of heads
 * @param inner length of a hidden state inside the feed-forward block
 * @param vocabulary number of tokens
 * @param context longest row
 */
public record BertShape(
    String name, int layers, int hidden, int heads, int inner, int vocabulary, int context) {

  /** The sizes of MiniLM-L12-H384, under many models of sentence transformers. */
  public static final BertShape MINILM_L12 =
      new BertShape("minilm-l12", 12, 384, 12, 1536, 30_522, 512);

  /** Sizes for tests. */
  public static final BertShape TINY = new BertShape("tiny-bert", 2, 64, 4, 96, 320, 256);

  int headSize() {
    return hidden / heads;
  }
}
