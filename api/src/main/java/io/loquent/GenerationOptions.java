package io.loquent;

import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A set of options, each of them set, switched off or unset. Immutable and thread-safe.
 *
 * <p>What a request leaves unset comes from {@link ModelConfig#defaults()}, then from the model's
 * own {@code generation_config.json}, then from Hugging Face's defaults. Switching an option off
 * stops that search: the option has no effect, whatever the levels below say.
 */
public final class GenerationOptions {

  private static final GenerationOptions NONE = new GenerationOptions(Map.of());

  /** Values by option; an empty Optional is an option that is switched off. */
  private final Map<Option<?>, Optional<Object>> values;

  private GenerationOptions(Map<Option<?>, Optional<Object>> values) {
    this.values = values;
  }

  /**
   * Returns options that are all unset.
   *
   * @return the empty set
   */
  public static GenerationOptions none() {
    return NONE;
  }

  /**
   * Starts a set of options.
   *
   * @return a builder
   */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * Reads Hugging Face generation options.
   *
   * @param options values by Hugging Face name, as JSON has them; null switches an option off
   * @return the options
   * @throws InvalidRequestException for a name that is unknown or unsupported (the message lists
   *     the near ones) or a value out of range
   */
  public static GenerationOptions fromMap(Map<String, ?> options) {
    return fromMap(
        options,
        name -> {
          throw Option.unknown(name);
        });
  }

  /**
   * Reads Hugging Face generation options from a file that also holds other things.
   *
   * @param options values by name, as JSON has them; null switches an option off
   * @param unknown receives the names that are no options here
   * @return the options
   * @throws InvalidRequestException for a value out of range
   */
  public static GenerationOptions fromMap(Map<String, ?> options, Consumer<String> unknown) {
    Builder builder = builder();
    options.forEach(
        (name, value) -> {
          Optional<Option<?>> option = Option.named(name);
          if (option.isPresent()) {
            builder.read(option.get(), value);
          } else {
            unknown.accept(name);
          }
        });
    return builder.build();
  }

  /**
   * Writes the options under their Hugging Face names.
   *
   * @return values as JSON has them; null for an option that is switched off
   */
  public Map<String, @Nullable Object> toMap() {
    Map<String, @Nullable Object> map = new LinkedHashMap<>();
    values.forEach(
        (option, value) -> map.put(option.name(), value.map(option::toJson).orElse(null)));
    return map;
  }

  /**
   * Returns an option's value.
   *
   * @param option the option
   * @param <T> its type
   * @return the value; empty if it is unset or switched off
   */
  @SuppressWarnings("unchecked") // Builder.set only stores values of the option's type.
  public <T> Optional<T> get(Option<T> option) {
    Optional<Object> value = values.get(option);
    return value == null ? Optional.empty() : (Optional<T>) value;
  }

  /**
   * Says whether an option is switched off.
   *
   * @param option the option
   * @return true if it is, false if it is set or unset
   */
  public boolean isOff(Option<?> option) {
    Optional<Object> value = values.get(option);
    return value != null && !value.isPresent();
  }

  /**
   * Fills what is unset here.
   *
   * @param fallback the level below
   * @return these options over those
   */
  public GenerationOptions orElse(GenerationOptions fallback) {
    Map<Option<?>, Optional<Object>> merged = new LinkedHashMap<>(fallback.values);
    merged.putAll(values);
    return new GenerationOptions(merged);
  }

  /**
   * Starts from these options.
   *
   * @return a builder that holds them
   */
  public Builder toBuilder() {
    Builder builder = new Builder();
    builder.values.putAll(values);
    return builder;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof GenerationOptions options && values.equals(options.values);
  }

  @Override
  public int hashCode() {
    return values.hashCode();
  }

  @Override
  public String toString() {
    return toMap().toString();
  }

  /** Builds options. Not thread-safe. */
  public static final class Builder {
    private final Map<Option<?>, Optional<Object>> values = new LinkedHashMap<>();

    private Builder() {}

    /**
     * Sets an option.
     *
     * @param option the option
     * @param value its value
     * @param <T> its type
     * @return this builder
     * @throws InvalidRequestException if the value is out of range
     */
    public <T> Builder set(Option<T> option, T value) {
      values.put(option, Optional.of(option.parse(Objects.requireNonNull(value, "value"))));
      return this;
    }

    /**
     * Switches an option off, whatever the levels below say.
     *
     * @param option the option
     * @return this builder
     */
    public Builder off(Option<?> option) {
      values.put(option, Optional.empty());
      return this;
    }

    /**
     * Chooses a decoding family: sets all options that choose between families, and those that the
     * family has set. Options that belong to another family ({@code num_beams}, {@code
     * num_beam_groups}, {@code penalty_alpha}, {@code force_words_ids}) are reset, so call it
     * before setting them one by one.
     *
     * @param decoding such as {@code Decoding.sampling().temperature(0.8)}
     * @return this builder
     */
    public Builder decoding(Decoding decoding) {
      values.putAll(decoding.settings().values);
      return this;
    }

    /**
     * Sets {@link Option#MAX_NEW_TOKENS}.
     *
     * @param value see there
     * @return this builder
     */
    public Builder maxNewTokens(int value) {
      return set(Option.MAX_NEW_TOKENS, value);
    }

    /**
     * Sets {@link Option#MAX_LENGTH}.
     *
     * @param value see there
     * @return this builder
     */
    public Builder maxLength(int value) {
      return set(Option.MAX_LENGTH, value);
    }

    /**
     * Sets {@link Option#MIN_NEW_TOKENS}.
     *
     * @param value see there
     * @return this builder
     */
    public Builder minNewTokens(int value) {
      return set(Option.MIN_NEW_TOKENS, value);
    }

    /**
     * Sets {@link Option#MAX_TIME}.
     *
     * @param value see there
     * @return this builder
     */
    public Builder maxTime(Duration value) {
      return set(Option.MAX_TIME, value);
    }

    /**
     * Sets {@link Option#STOP_STRINGS}.
     *
     * @param value see there
     * @return this builder
     */
    public Builder stopStrings(String... value) {
      return set(Option.STOP_STRINGS, List.of(value));
    }

    /**
     * Sets {@link Option#INCLUDE_STOP_STR_IN_OUTPUT}.
     *
     * @param value see there
     * @return this builder
     */
    public Builder includeStopStrInOutput(boolean value) {
      return set(Option.INCLUDE_STOP_STR_IN_OUTPUT, value);
    }

    /**
     * Sets {@link Option#CONTEXT_OVERFLOW}.
     *
     * @param value see there
     * @return this builder
     */
    public Builder contextOverflow(ContextOverflow value) {
      return set(Option.CONTEXT_OVERFLOW, value);
    }

    /**
     * Sets {@link Option#NUM_BEAMS}.
     *
     * @param value see there
     * @return this builder
     */
    public Builder numBeams(int value) {
      return set(Option.NUM_BEAMS, value);
    }

    /**
     * Sets {@link Option#LENGTH_PENALTY}.
     *
     * @param value see there
     * @return this builder
     */
    public Builder lengthPenalty(double value) {
      return set(Option.LENGTH_PENALTY, value);
    }

    /**
     * Sets {@link Option#NUM_RETURN_SEQUENCES}.
     *
     * @param value see there
     * @return this builder
     */
    public Builder numReturnSequences(int value) {
      return set(Option.NUM_RETURN_SEQUENCES, value);
    }

    /**
     * Sets {@link Option#SEED}.
     *
     * @param value see there
     * @return this builder
     */
    public Builder seed(long value) {
      return set(Option.SEED, value);
    }

    /**
     * Sets {@link Option#TEMPERATURE}.
     *
     * @param value see there
     * @return this builder
     */
    public Builder temperature(double value) {
      return set(Option.TEMPERATURE, value);
    }

    /**
     * Sets {@link Option#TOP_K}.
     *
     * @param value see there
     * @return this builder
     */
    public Builder topK(int value) {
      return set(Option.TOP_K, value);
    }

    /**
     * Sets {@link Option#TOP_P}.
     *
     * @param value see there
     * @return this builder
     */
    public Builder topP(double value) {
      return set(Option.TOP_P, value);
    }

    /**
     * Sets {@link Option#REPETITION_PENALTY}.
     *
     * @param value see there
     * @return this builder
     */
    public Builder repetitionPenalty(double value) {
      return set(Option.REPETITION_PENALTY, value);
    }

    /**
     * Sets {@link Option#NO_REPEAT_NGRAM_SIZE}.
     *
     * @param value see there
     * @return this builder
     */
    public Builder noRepeatNgramSize(int value) {
      return set(Option.NO_REPEAT_NGRAM_SIZE, value);
    }

    /**
     * Sets {@link Option#ASSISTANT_MODEL}.
     *
     * @param value the folder or configuration file of a smaller model that guesses tokens ahead
     * @return this builder
     */
    public Builder assistantModel(Path value) {
      return set(Option.ASSISTANT_MODEL, value.toString());
    }

    /**
     * Sets {@link Option#PROMPT_LOOKUP}.
     *
     * @param value whether tokens are guessed ahead from what the sequence has already
     * @return this builder
     */
    public Builder promptLookup(boolean value) {
      return set(Option.PROMPT_LOOKUP, value);
    }

    /**
     * Guesses no tokens ahead, whatever the levels below say.
     *
     * @return this builder
     */
    public Builder noSpeculation() {
      return off(Option.ASSISTANT_MODEL)
          .off(Option.ASSISTANT_EARLY_EXIT)
          .off(Option.LOOKAHEAD)
          .off(Option.PROMPT_LOOKUP)
          .off(Option.PROMPT_LOOKUP_NUM_TOKENS);
    }

    /**
     * Sets {@link Option#CONSTRAINT}.
     *
     * @param value what the text must be
     * @return this builder
     */
    public Builder constraint(OutputConstraint value) {
      return set(Option.CONSTRAINT, value);
    }

    /**
     * Sets {@link Option#TOP_LOGPROBS}.
     *
     * @param value see there
     * @return this builder
     */
    public Builder topLogprobs(int value) {
      return set(Option.TOP_LOGPROBS, value);
    }

    /**
     * Builds the options.
     *
     * @return an immutable set
     */
    public GenerationOptions build() {
      return values.isEmpty() ? NONE : new GenerationOptions(new LinkedHashMap<>(values));
    }

    private void read(Option<?> option, @Nullable Object json) {
      values.put(option, json == null ? Optional.empty() : Optional.of(option.parse(json)));
    }
  }
}
