package io.loquent.encoder;

import io.loquent.InvalidRequestException;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * How documents are ordered for a query. Immutable and thread-safe.
 *
 * <p>With {@link Truncation#STRIDE} a long document is read in windows, each with the whole query,
 * and counts as its best window does.
 */
public final class RerankOptions extends EncoderOptions {

  /** What makes a score of the model's logit. */
  public enum Activation {
    /** The logit as it is. */
    IDENTITY,
    /** 1 / (1 + exp(-logit)), from 0 to 1. */
    SIGMOID
  }

  private final @Nullable Integer topN;
  private final @Nullable Activation activation;

  private RerankOptions(Builder builder) {
    super(builder);
    topN = builder.topN;
    activation = builder.activation;
  }

  /**
   * Returns options that keep all documents.
   *
   * @return new options
   */
  public static RerankOptions defaults() {
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
   * Returns how many documents are kept.
   *
   * @return the best ones; empty for all
   */
  public OptionalInt topN() {
    return topN == null ? OptionalInt.empty() : OptionalInt.of(topN);
  }

  /**
   * Returns what makes a score of the logit.
   *
   * @return empty for what the folder says, which is {@link Activation#SIGMOID} if it says nothing
   */
  public Optional<Activation> activation() {
    return Optional.ofNullable(activation);
  }

  /** Collects options for reranking. Confined to one thread. */
  public static final class Builder extends EncoderOptions.Builder<Builder> {
    private @Nullable Integer topN;
    private @Nullable Activation activation;

    private Builder() {}

    @Override
    Builder self() {
      return this;
    }

    /**
     * Sets how many documents are kept.
     *
     * @param documents at least 1
     * @return this
     * @throws InvalidRequestException if it is below 1
     */
    public Builder topN(int documents) {
      topN = atLeast(1, "top_n", documents);
      return this;
    }

    /**
     * Sets what makes a score of the logit, whatever the folder says.
     *
     * @param activation the function
     * @return this
     */
    public Builder activation(Activation activation) {
      this.activation = Objects.requireNonNull(activation, "activation");
      return this;
    }

    /**
     * Makes the options.
     *
     * @return immutable options
     */
    public RerankOptions build() {
      return new RerankOptions(this);
    }
  }
}
