package io.loquent.encoder;

import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.Objects;
import java.util.Set;

/**
 * How parts of texts are labelled. Immutable and thread-safe.
 *
 * <p>With {@link Truncation#STRIDE}, half of a window is shared with its neighbour unless {@link
 * #stride()} says otherwise, and a token that was read in several windows is labelled by the one in
 * which it has the most context on its shorter side. Entities are joined after that, so that one
 * may go from window to window.
 */
public final class TaggingOptions extends EncoderOptions {

  private final AggregationStrategy aggregationStrategy;
  private final Set<String> ignoreLabels;

  private TaggingOptions(Builder builder) {
    super(builder);
    aggregationStrategy = builder.aggregationStrategy;
    ignoreLabels = Set.copyOf(builder.ignoreLabels);
  }

  /**
   * Returns options of which none is set.
   *
   * @return new options
   */
  public static TaggingOptions defaults() {
    return builder().build();
  }

  /**
   * Starts with no option set.
   *
   * @return a new builder
   */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * Returns how the labels of tokens become entities.
   *
   * @return {@link AggregationStrategy#NONE} unless set
   */
  public AggregationStrategy aggregationStrategy() {
    return aggregationStrategy;
  }

  /**
   * Returns the labels that are left out of results.
   *
   * @return {@code O} unless set
   */
  public Set<String> ignoreLabels() {
    return ignoreLabels;
  }

  /** Collects options. Confined to one thread. */
  public static final class Builder extends EncoderOptions.Builder<Builder> {
    private AggregationStrategy aggregationStrategy = AggregationStrategy.NONE;
    private Set<String> ignoreLabels = Set.of("O");

    private Builder() {}

    @Override
    Builder self() {
      return this;
    }

    /**
     * Sets how the labels of tokens become entities (Hugging Face {@code aggregation_strategy}).
     *
     * @param strategy a strategy
     * @return this
     */
    public Builder aggregationStrategy(AggregationStrategy strategy) {
      aggregationStrategy = Objects.requireNonNull(strategy, "strategy");
      return this;
    }

    /**
     * Sets the labels that are left out of results (Hugging Face {@code ignore_labels}).
     *
     * @param labels as they are in results: with their prefix for {@link AggregationStrategy#NONE},
     *     without it for the others; none to see everything
     * @return this
     */
    public Builder ignoreLabels(String... labels) {
      ignoreLabels = new LinkedHashSet<>(Arrays.asList(labels));
      return this;
    }

    /**
     * Puts the options together.
     *
     * @return the options
     */
    public TaggingOptions build() {
      return new TaggingOptions(this);
    }
  }
}
