package io.loquent.samples.benchmarks.models;

import java.util.Locale;

/** The kinds of graph that exporters write. */
public enum Form {
  /** A decoder of standard operators whose cache grows by Concat (Optimum). */
  PLAIN,
  /**
   * A decoder with GroupQueryAttention, whose cache can be a shared buffer (ONNX Runtime GenAI).
   */
  FUSED,
  /** An encoder and a split decoder of the Marian family (Optimum). */
  MARIAN;

  /**
   * Returns the name in folders, options and tables.
   *
   * @return such as {@code plain}
   */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
