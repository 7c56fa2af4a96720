package io.loquent.encoder;

import io.loquent.InvalidRequestException;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * How texts become vectors. Immutable and thread-safe.
 *
 * <p>An option that a method cannot follow is refused: {@code embedTokens} pools nothing, and the
 * sparse vectors of {@code embedSparse} are neither pooled otherwise, nor normalized, nor cut.
 */
public final class EmbeddingOptions extends EncoderOptions {

  private final List<Pooling> pooling;
  private final @Nullable Boolean normalize;
  private final @Nullable Integer dimensions;
  private final @Nullable Integer maxActiveDimensions;
  private final @Nullable String prompt;
  private final @Nullable String promptName;

  private EmbeddingOptions(Builder builder) {
    super(builder);
    pooling = builder.pooling;
    normalize = builder.normalize;
    dimensions = builder.dimensions;
    maxActiveDimensions = builder.maxActiveDimensions;
    prompt = builder.prompt;
    promptName = builder.promptName;
  }

  /**
   * Returns options that leave everything to the model's folder.
   *
   * @return new options
   */
  public static EmbeddingOptions defaults() {
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
   * Returns how token vectors become one.
   *
   * @return in the order in which their results are joined; empty for what the folder says, which
   *     is the mean if it says nothing
   */
  public List<Pooling> pooling() {
    return pooling;
  }

  /**
   * Says whether vectors get length 1.
   *
   * @return empty for what the folder says, which is no if it says nothing
   */
  public Optional<Boolean> normalize() {
    return Optional.ofNullable(normalize);
  }

  /**
   * Returns how many numbers are left of a vector (Matryoshka embeddings).
   *
   * @return numbers; empty for all
   */
  public OptionalInt dimensions() {
    return dimensions == null ? OptionalInt.empty() : OptionalInt.of(dimensions);
  }

  /**
   * Returns how many entries a sparse vector has at most.
   *
   * @return entries; empty for all that are not 0
   */
  public OptionalInt maxActiveDimensions() {
    return maxActiveDimensions == null ? OptionalInt.empty() : OptionalInt.of(maxActiveDimensions);
  }

  /**
   * Returns what is put before each text.
   *
   * @return a text; empty for the prompt of {@link #promptName()}
   */
  public Optional<String> prompt() {
    return Optional.ofNullable(prompt);
  }

  /**
   * Returns which of the folder's prompts is put before each text.
   *
   * @return a name among {@code prompts} of {@code config_sentence_transformers.json}; empty for
   *     its {@code default_prompt_name}
   */
  public Optional<String> promptName() {
    return Optional.ofNullable(promptName);
  }

  /** Collects options for embeddings. Confined to one thread. */
  public static final class Builder extends EncoderOptions.Builder<Builder> {
    private List<Pooling> pooling = List.of();
    private @Nullable Boolean normalize;
    private @Nullable Integer dimensions;
    private @Nullable Integer maxActiveDimensions;
    private @Nullable String prompt;
    private @Nullable String promptName;

    private Builder() {}

    @Override
    Builder self() {
      return this;
    }

    /**
     * Sets how token vectors become one, whatever the folder says.
     *
     * @param pooling one or more; the vectors of several are joined, in this order; none for what
     *     the folder says
     * @return this
     */
    public Builder pooling(Pooling... pooling) {
      this.pooling = List.of(pooling);
      return this;
    }

    /**
     * Sets whether vectors get length 1, whatever the folder says.
     *
     * @param normalize true for length 1, false to leave out a normalization at the end
     * @return this
     */
    public Builder normalize(boolean normalize) {
      this.normalize = normalize;
      return this;
    }

    /**
     * Sets how many numbers are left of a vector (Matryoshka embeddings). Vectors of length 1 get
     * length 1 again after the cut.
     *
     * @param dimensions at least 1
     * @return this
     * @throws InvalidRequestException if it is below 1
     */
    public Builder dimensions(int dimensions) {
      this.dimensions = atLeast(1, "dimensions", dimensions);
      return this;
    }

    /**
     * Sets how many entries a sparse vector has at most; those with the greatest weights stay.
     *
     * @param entries at least 1
     * @return this
     * @throws InvalidRequestException if it is below 1
     */
    public Builder maxActiveDimensions(int entries) {
      maxActiveDimensions = atLeast(1, "max_active_dims", entries);
      return this;
    }

    /**
     * Sets what is put before each text.
     *
     * @param prompt a text, such as {@code "query: "}; empty for nothing
     * @return this
     */
    public Builder prompt(String prompt) {
      this.prompt = Objects.requireNonNull(prompt, "prompt");
      return this;
    }

    /**
     * Sets which of the folder's prompts is put before each text.
     *
     * @param name such as {@code "query"}
     * @return this
     */
    public Builder promptName(String name) {
      promptName = Objects.requireNonNull(name, "name");
      return this;
    }

    /**
     * Makes the options.
     *
     * @return immutable options
     * @throws InvalidRequestException if there are both a prompt and the name of one
     */
    public EmbeddingOptions build() {
      if (prompt != null && promptName != null) {
        throw new InvalidRequestException(
            "prompt is \"" + prompt + "\" and prompt_name is \"" + promptName + "\"; set only one");
      }
      return new EmbeddingOptions(this);
    }
  }
}
