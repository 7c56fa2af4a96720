package io.loquent.encoder;

/**
 * How the labels of tokens become entities (Hugging Face {@code aggregation_strategy}).
 *
 * <p>All but {@link #NONE} join neighbours of one type, read from the labels' prefixes: {@code B-}
 * begins an entity, {@code I-} goes on with it, {@code E-} and {@code L-} end it, {@code S-} and
 * {@code U-} are an entity of their own, and {@code M-} is inside one. Prefixes other than {@code
 * B-} and {@code I-} count for models that have {@code B-} labels. What goes on with an entity of
 * another type, or with one that has ended, begins a new one. Labels without a prefix are types,
 * and neighbours of one type are one entity.
 */
public enum AggregationStrategy {
  /** Each token by itself, with the model's label as it is. */
  NONE,
  /** Each token has its best label; an entity may begin or end inside a word. */
  SIMPLE,
  /** A word has the label of its first token. */
  FIRST,
  /** A word has the label that is best by the mean of its tokens' scores. */
  AVERAGE,
  /** A word has the label of its token with the highest score. */
  MAX
}
