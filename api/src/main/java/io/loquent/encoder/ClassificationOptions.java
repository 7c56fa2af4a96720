package io.loquent.encoder;

import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * How texts are classified. Immutable and thread-safe.
 *
 * <p>With {@link Truncation#STRIDE} the logits of a text are the mean of its windows' logits, and
 * neighbouring windows share no tokens unless {@link #stride()} says so; of a pair, the text with
 * more characters is read in windows.
 */
public final class ClassificationOptions extends EncoderOptions {

  private final @Nullable ClassificationFunction functionToApply;
  private final @Nullable Integer topK;

  private ClassificationOptions(Builder builder) {
    super(builder);
    functionToApply = builder.functionToApply;
    topK = builder.topK;
  }

  /**
   * Returns options of which none is set.
   *
   * @return new options
   */
  public static ClassificationOptions defaults() {
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
   * Returns what turns logits into scores.
   *
   * @return empty for what the model was trained with: {@code function_to_apply} of {@code
   *     config.json}, else by its {@code problem_type}, else a sigmoid for one label and a softmax
   *     for several
   */
  public Optional<ClassificationFunction> functionToApply() {
    return Optional.ofNullable(functionToApply);
  }

  /**
   * Returns how many labels a result has at most.
   *
   * @return empty for all
   */
  public OptionalInt topK() {
    return optional(topK);
  }

  /** Collects options. Confined to one thread. */
  public static final class Builder extends EncoderOptions.Builder<Builder> {
    private @Nullable ClassificationFunction functionToApply;
    private @Nullable Integer topK;

    private Builder() {}

    @Override
    Builder self() {
      return this;
    }

    /**
     * Sets what turns logits into scores (Hugging Face {@code function_to_apply}).
     *
     * @param function a softmax, a sigmoid or nothing
     * @return this
     */
    public Builder functionToApply(ClassificationFunction function) {
      functionToApply = Objects.requireNonNull(function, "function");
      return this;
    }

    /**
     * Sets how many labels a result has at most (Hugging Face {@code top_k}).
     *
     * @param labels at least 1
     * @return this
     * @throws io.loquent.InvalidRequestException if it is below 1
     */
    public Builder topK(int labels) {
      topK = atLeast(1, "top_k", labels);
      return this;
    }

    /**
     * Puts the options together.
     *
     * @return the options
     */
    public ClassificationOptions build() {
      return new ClassificationOptions(this);
    }
  }
}
