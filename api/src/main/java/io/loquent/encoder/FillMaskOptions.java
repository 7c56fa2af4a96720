package io.loquent.encoder;

import io.loquent.InvalidRequestException;
import java.util.List;

/** How masks are filled one by one. Immutable and thread-safe. */
public final class FillMaskOptions extends EncoderOptions {

  private static final int DEFAULT_TOP_K = 5;

  private final int topK;
  private final List<String> targets;

  private FillMaskOptions(Builder builder) {
    super(builder);
    topK = builder.topK;
    targets = builder.targets;
  }

  /**
   * Returns options that ask for the five most probable tokens of the vocabulary.
   *
   * @return new options
   */
  public static FillMaskOptions defaults() {
    return builder().build();
  }

  /**
   * Begins options.
   *
   * @return a builder
   */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * Returns how many candidates a mask gets.
   *
   * @return at least 1
   */
  public int topK() {
    return topK;
  }

  /**
   * Returns the only words that are considered.
   *
   * @return words; empty for the whole vocabulary
   */
  public List<String> targets() {
    return targets;
  }

  /** Collects options. Confined to one thread. */
  public static final class Builder extends EncoderOptions.Builder<Builder> {
    private int topK = DEFAULT_TOP_K;
    private List<String> targets = List.of();

    private Builder() {}

    @Override
    Builder self() {
      return this;
    }

    /**
     * Sets how many candidates a mask gets ({@code top_k}).
     *
     * @param candidates at least 1; of a smaller vocabulary, or of fewer targets, all are given
     * @return this
     * @throws InvalidRequestException if it is below 1
     */
    public Builder topK(int candidates) {
      topK = atLeast(1, "top_k", candidates);
      return this;
    }

    /**
     * Considers some words only ({@code targets}). Their probabilities are still those among the
     * whole vocabulary.
     *
     * <p>Each must be one token: an entry of the vocabulary as it is spelled there, or a text that
     * the tokenizer makes one token of. Many vocabularies have a word with a space before it as
     * another token, so that {@code " word"} is not {@code "word"}.
     *
     * @param words at least one, for otherwise there would be nothing to choose from
     * @return this
     * @throws InvalidRequestException if there are none, or one is empty
     */
    public Builder targets(List<String> words) {
      if (words.isEmpty() || words.contains("")) {
        throw new InvalidRequestException(
            "targets must be at least one word, and none of them empty; found " + words);
      }
      targets = List.copyOf(words);
      return this;
    }

    /**
     * Ends collecting.
     *
     * @return the options
     */
    public FillMaskOptions build() {
      return new FillMaskOptions(this);
    }
  }
}
