package io.loquent.encoder;

/**
 * How the vectors of a text's tokens become one vector (sentence transformers' {@code Pooling}
 * module).
 */
public enum Pooling {
  /** The first token's vector. */
  CLS,
  /** The greatest number of each dimension. */
  MAX,
  /** The mean. */
  MEAN,
  /** The sum, divided by the square root of the number of tokens. */
  MEAN_SQRT_LEN,
  /** The mean, in which the token at position i, from 1, counts i times (SGPT). */
  WEIGHTED_MEAN,
  /** The last token's vector. */
  LAST_TOKEN
}
