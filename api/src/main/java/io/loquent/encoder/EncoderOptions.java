package io.loquent.encoder;

import io.loquent.Cancellation;
import io.loquent.InvalidRequestException;
import java.util.Objects;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * What all tasks of an encoder have in common: how texts are cut and put together. Immutable and
 * thread-safe.
 */
public abstract class EncoderOptions {

  private final Truncation truncation;
  private final @Nullable Integer maxLength;
  private final @Nullable Integer stride;
  private final @Nullable Integer batchSize;
  private final Cancellation cancellation;

  EncoderOptions(Builder<?> builder) {
    truncation = builder.truncation;
    maxLength = builder.maxLength;
    stride = builder.stride;
    batchSize = builder.batchSize;
    // Calls with options of one builder must not share a handle that nobody asked for.
    cancellation = builder.cancellation == null ? Cancellation.create() : builder.cancellation;
  }

  /**
   * Returns what happens to a text that is too long.
   *
   * @return {@link Truncation#ERROR} unless set; for {@link AnswerOptions} {@link
   *     Truncation#STRIDE}
   */
  public final Truncation truncation() {
    return truncation;
  }

  /**
   * Returns the longest row.
   *
   * @return tokens, special ones included; empty for as many as the model reads
   */
  public final OptionalInt maxLength() {
    return optional(maxLength);
  }

  /**
   * Returns how many tokens neighbouring windows of {@link Truncation#STRIDE} share.
   *
   * @return tokens; empty for the task's own choice
   */
  public final OptionalInt stride() {
    return optional(stride);
  }

  /**
   * Returns how many rows run together.
   *
   * @return rows; empty for {@link io.loquent.ModelConfig#batchSize()}
   */
  public final OptionalInt batchSize() {
    return optional(batchSize);
  }

  /**
   * Returns the handle that stops the call.
   *
   * @return a handle; the call ends with {@link java.util.concurrent.CancellationException}
   */
  public final Cancellation cancellation() {
    return cancellation;
  }

  static OptionalInt optional(@Nullable Integer value) {
    return value == null ? OptionalInt.empty() : OptionalInt.of(value);
  }

  /**
   * Collects what all tasks have in common. Confined to one thread.
   *
   * @param <B> the task's own builder
   */
  public abstract static class Builder<B extends Builder<B>> {
    private Truncation truncation = Truncation.ERROR;
    private @Nullable Integer maxLength;
    private @Nullable Integer stride;
    private @Nullable Integer batchSize;
    private @Nullable Cancellation cancellation;

    Builder() {}

    abstract B self();

    /**
     * Sets what happens to a text that is too long.
     *
     * @param truncation an error, a cut, or windows
     * @return this
     */
    public B truncation(Truncation truncation) {
      this.truncation = Objects.requireNonNull(truncation, "truncation");
      return self();
    }

    /**
     * Sets the longest row.
     *
     * @param tokens at least 1, special tokens included
     * @return this
     * @throws InvalidRequestException if it is below 1
     */
    public B maxLength(int tokens) {
      maxLength = atLeast(1, "max_length", tokens);
      return self();
    }

    /**
     * Sets how many tokens neighbouring windows share.
     *
     * @param tokens 0 or more
     * @return this
     * @throws InvalidRequestException if it is negative
     */
    public B stride(int tokens) {
      stride = atLeast(0, "stride", tokens);
      return self();
    }

    /**
     * Sets how many rows run together.
     *
     * @param rows at least 1
     * @return this
     * @throws InvalidRequestException if it is below 1
     */
    public B batchSize(int rows) {
      batchSize = atLeast(1, "batch_size", rows);
      return self();
    }

    /**
     * Sets the handle that stops the call.
     *
     * @param cancellation a handle
     * @return this
     */
    public B cancellation(Cancellation cancellation) {
      this.cancellation = Objects.requireNonNull(cancellation, "cancellation");
      return self();
    }

    static int atLeast(int least, String name, int value) {
      if (value < least) {
        throw new InvalidRequestException(name + " must be at least " + least + "; found " + value);
      }
      return value;
    }
  }
}
