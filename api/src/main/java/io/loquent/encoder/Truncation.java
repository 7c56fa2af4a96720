package io.loquent.encoder;

/** What happens to a text that is longer than the model can read. */
public enum Truncation {
  /** A {@link io.loquent.ContextLengthException} says so. */
  ERROR,
  /**
   * The end is cut off; of a pair, tokens are taken from the longer text (Hugging Face {@code
   * longest_first}).
   */
  TRUNCATE,
  /** The text is read in overlapping windows, and their results are joined. */
  STRIDE
}
