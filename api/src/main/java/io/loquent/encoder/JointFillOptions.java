package io.loquent.encoder;

import io.loquent.RefinementStrategy;
import java.util.Objects;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * How all masks of a text are filled together. Immutable and thread-safe.
 *
 * <p>What does not go together, such as beams with another strategy than {@link
 * RefinementStrategy#EASY_FIRST}, is refused when it is used.
 */
public final class JointFillOptions extends EncoderOptions {

  private final RefinementStrategy strategy;
  private final int numBeams;
  private final int numReturnSequences;
  private final @Nullable Integer maxIterations;

  private JointFillOptions(Builder builder) {
    super(builder);
    strategy = builder.strategy;
    numBeams = builder.numBeams;
    numReturnSequences = builder.numReturnSequences;
    maxIterations = builder.maxIterations;
  }

  /**
   * Returns options that fill the surest mask first, one per run.
   *
   * @return new options
   */
  public static JointFillOptions defaults() {
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
   * Returns in which order masks are filled.
   *
   * @return {@link RefinementStrategy#EASY_FIRST} unless set
   */
  public RefinementStrategy strategy() {
    return strategy;
  }

  /**
   * Returns how many fillings are followed at once.
   *
   * @return 1 unless set
   */
  public int numBeams() {
    return numBeams;
  }

  /**
   * Returns how many fillings a text gets.
   *
   * @return 1 unless set
   */
  public int numReturnSequences() {
    return numReturnSequences;
  }

  /**
   * Returns after how many runs filling ends.
   *
   * @return runs; empty for the strategy's own number
   */
  public OptionalInt maxIterations() {
    return maxIterations == null ? OptionalInt.empty() : OptionalInt.of(maxIterations);
  }

  /** Collects options. Confined to one thread. */
  public static final class Builder extends EncoderOptions.Builder<Builder> {
    private RefinementStrategy strategy = RefinementStrategy.EASY_FIRST;
    private int numBeams = 1;
    private int numReturnSequences = 1;
    private @Nullable Integer maxIterations;

    private Builder() {}

    @Override
    Builder self() {
      return this;
    }

    /**
     * Sets in which order masks are filled ({@code refinement}).
     *
     * @param strategy one mask per run, the surest first, or all at once and then again those that
     *     are least sure
     * @return this
     */
    public Builder strategy(RefinementStrategy strategy) {
      this.strategy = Objects.requireNonNull(strategy, "strategy");
      return this;
    }

    /**
     * Sets how many fillings are followed at once ({@code num_beams}).
     *
     * @param beams at least 1; more than 1 for {@link RefinementStrategy#EASY_FIRST} only
     * @return this
     * @throws io.loquent.InvalidRequestException if it is below 1
     */
    public Builder numBeams(int beams) {
      numBeams = atLeast(1, "num_beams", beams);
      return this;
    }

    /**
     * Sets how many fillings a text gets ({@code num_return_sequences}).
     *
     * @param fillings at least 1, at most as many as beams
     * @return this
     * @throws io.loquent.InvalidRequestException if it is below 1
     */
    public Builder numReturnSequences(int fillings) {
      numReturnSequences = atLeast(1, "num_return_sequences", fillings);
      return this;
    }

    /**
     * Sets after how many runs filling ends ({@code max_iterations}), for other strategies than
     * {@link RefinementStrategy#EASY_FIRST}.
     *
     * @param runs at least 1
     * @return this
     * @throws io.loquent.InvalidRequestException if it is below 1
     */
    public Builder maxIterations(int runs) {
      maxIterations = atLeast(1, "max_iterations", runs);
      return this;
    }

    /**
     * Ends collecting.
     *
     * @return the options
     */
    public JointFillOptions build() {
      return new JointFillOptions(this);
    }
  }
}
