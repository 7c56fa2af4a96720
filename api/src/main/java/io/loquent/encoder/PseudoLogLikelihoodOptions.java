package io.loquent.encoder;

/** How texts are scored by masking their tokens. Immutable and thread-safe. */
public final class PseudoLogLikelihoodOptions extends EncoderOptions {

  private final boolean withinWordL2r;

  private PseudoLogLikelihoodOptions(Builder builder) {
    super(builder);
    withinWordL2r = builder.withinWordL2r;
  }

  /**
   * Returns options that mask one token at a time.
   *
   * @return new options
   */
  public static PseudoLogLikelihoodOptions defaults() {
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
   * Says whether the later tokens of a token's word are masked with it.
   *
   * @return false unless set
   */
  public boolean withinWordL2r() {
    return withinWordL2r;
  }

  /** Collects options. Confined to one thread. */
  public static final class Builder extends EncoderOptions.Builder<Builder> {
    private boolean withinWordL2r;

    private Builder() {}

    @Override
    Builder self() {
      return this;
    }

    /**
     * Masks with each token those that follow it in the same word ({@code within_word_l2r}; Kauf
     * and Ivanova 2023, {@code PLL-word-l2r}): otherwise rare words of many pieces seem likely,
     * because each piece is easily told from the others.
     *
     * @param mask whether they are masked
     * @return this
     */
    public Builder withinWordL2r(boolean mask) {
      withinWordL2r = mask;
      return this;
    }

    /**
     * Ends collecting.
     *
     * @return the options
     */
    public PseudoLogLikelihoodOptions build() {
      return new PseudoLogLikelihoodOptions(this);
    }
  }
}
