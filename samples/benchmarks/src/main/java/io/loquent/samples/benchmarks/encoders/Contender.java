package io.loquent.samples.benchmarks.encoders;

import java.util.List;

/** A way to turn sentences into vectors. Used by one thread. */
interface Contender extends AutoCloseable {

  /** What the table calls it. */
  String name();

  /** How much padding it computes for sentences of given lengths, in tokens. */
  Padding padding(int[] lengths);

  /**
   * Embeds sentences: the mean over each one's tokens, with a length of one.
   *
   * @return {@code [sentences, hidden]}, in the order of the sentences
   */
  float[][] embed(List<String> sentences) throws Exception;

  @Override
  void close();
}
