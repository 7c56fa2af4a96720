package io.loquent;

import io.loquent.chat.ChatMessage;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** An input together with everything that steers its generation. Immutable and thread-safe. */
public final class GenerationRequest {

  private final Input input;
  private final GenerationOptions options;
  private final Cancellation cancellation;
  private final @Nullable Input decoderInput;
  private final @Nullable Input negativePrompt;
  private final List<LogitsProcessor> logitsProcessors;
  private final List<StoppingCriterion> stoppingCriteria;
  private final @Nullable PrefixAllowedTokens prefixAllowedTokens;

  private GenerationRequest(Builder builder) {
    input = builder.input;
    options = builder.options;
    // Requests of one builder must not share a handle that nobody asked for.
    cancellation = builder.cancellation == null ? Cancellation.create() : builder.cancellation;
    decoderInput = builder.decoderInput;
    negativePrompt = builder.negativePrompt;
    logitsProcessors = List.copyOf(builder.logitsProcessors);
    stoppingCriteria = List.copyOf(builder.stoppingCriteria);
    prefixAllowedTokens = builder.prefixAllowedTokens;
  }

  /**
   * Starts a request for a text.
   *
   * @param text the prompt, or what the encoder reads
   * @return a builder
   */
  public static Builder text(String text) {
    return of(Input.text(text));
  }

  /**
   * Starts a request for the assistant's next message in a conversation.
   *
   * @param messages the messages, oldest first
   * @return a builder
   * @throws InvalidRequestException if there is no message
   */
  public static Builder chat(ChatMessage... messages) {
    return of(Input.chat(messages));
  }

  /**
   * Starts a request for token ids, used as they are.
   *
   * @param ids vocabulary ids
   * @return a builder
   */
  public static Builder tokens(int... ids) {
    return of(Input.tokens(ids));
  }

  /**
   * Starts a request.
   *
   * @param input the prompt, or what the encoder reads
   * @return a builder
   */
  public static Builder of(Input input) {
    return new Builder(input);
  }

  /**
   * Returns the prompt, or what the encoder reads.
   *
   * @return the input
   */
  public Input input() {
    return input;
  }

  /**
   * Returns the options that this request sets.
   *
   * @return options, most of them unset
   */
  public GenerationOptions options() {
    return options;
  }

  /**
   * Returns the handle that stops this request.
   *
   * @return the handle that the builder was given, otherwise one of the request's own
   */
  public Cancellation cancellation() {
    return cancellation;
  }

  /**
   * Returns what an encoder-decoder's output starts with (Hugging Face {@code decoder_input_ids}).
   *
   * @return the decoder prompt, if set
   */
  public Optional<Input> decoderInput() {
    return Optional.ofNullable(decoderInput);
  }

  /**
   * Returns the prompt that {@link Option#GUIDANCE_SCALE} steers away from.
   *
   * @return the negative prompt, if set
   */
  public Optional<Input> negativePrompt() {
    return Optional.ofNullable(negativePrompt);
  }

  /**
   * Returns the application's own processors.
   *
   * @return processors, in the order in which they run
   */
  public List<LogitsProcessor> logitsProcessors() {
    return logitsProcessors;
  }

  /**
   * Returns the application's own stopping criteria.
   *
   * @return criteria
   */
  public List<StoppingCriterion> stoppingCriteria() {
    return stoppingCriteria;
  }

  /**
   * Returns the callback that restricts the next token.
   *
   * @return the callback, if set
   */
  public Optional<PrefixAllowedTokens> prefixAllowedTokens() {
    return Optional.ofNullable(prefixAllowedTokens);
  }

  /**
   * Starts a request that is like this one, and is cancelled by the same handle.
   *
   * @return a builder
   */
  public Builder toBuilder() {
    Builder builder = new Builder(input);
    builder.options = options;
    builder.cancellation = cancellation;
    builder.decoderInput = decoderInput;
    builder.negativePrompt = negativePrompt;
    builder.logitsProcessors.addAll(logitsProcessors);
    builder.stoppingCriteria.addAll(stoppingCriteria);
    builder.prefixAllowedTokens = prefixAllowedTokens;
    return builder;
  }

  /** Builds a request. Not thread-safe. */
  public static final class Builder {
    private final Input input;
    private GenerationOptions options = GenerationOptions.none();
    private @Nullable Cancellation cancellation;
    private @Nullable Input decoderInput;
    private @Nullable Input negativePrompt;
    private final List<LogitsProcessor> logitsProcessors = new ArrayList<>();
    private final List<StoppingCriterion> stoppingCriteria = new ArrayList<>();
    private @Nullable PrefixAllowedTokens prefixAllowedTokens;

    private Builder(Input input) {
      this.input = Objects.requireNonNull(input, "input");
    }

    /**
     * Sets all options.
     *
     * @param options the options; what they leave unset comes from the application's and the
     *     model's defaults
     * @return this builder
     */
    public Builder options(GenerationOptions options) {
      this.options = Objects.requireNonNull(options, "options");
      return this;
    }

    /**
     * Sets options beside those set already.
     *
     * @param edit sets options on the builder that it is given
     * @return this builder
     */
    public Builder options(Consumer<GenerationOptions.Builder> edit) {
      GenerationOptions.Builder builder = options.toBuilder();
      edit.accept(builder);
      options = builder.build();
      return this;
    }

    /**
     * Sets the handle that stops the request.
     *
     * @param cancellation may be shared by several requests
     * @return this builder
     */
    public Builder cancellation(Cancellation cancellation) {
      this.cancellation = Objects.requireNonNull(cancellation, "cancellation");
      return this;
    }

    /**
     * Sets what an encoder-decoder's output starts with. The decoder start token is put before it
     * unless it is there already.
     *
     * @param decoderInput text or token ids
     * @return this builder
     */
    public Builder decoderInput(Input decoderInput) {
      this.decoderInput = Objects.requireNonNull(decoderInput, "decoderInput");
      return this;
    }

    /**
     * Sets the prompt that {@link Option#GUIDANCE_SCALE} steers away from.
     *
     * @param negativePrompt text or token ids
     * @return this builder
     */
    public Builder negativePrompt(Input negativePrompt) {
      this.negativePrompt = Objects.requireNonNull(negativePrompt, "negativePrompt");
      return this;
    }

    /**
     * Adds a processor. It runs after the built-in processors and before the warpers of sampling.
     *
     * @param processor changes scores
     * @return this builder
     */
    public Builder logitsProcessor(LogitsProcessor processor) {
      logitsProcessors.add(Objects.requireNonNull(processor, "processor"));
      return this;
    }

    /**
     * Adds a stopping criterion.
     *
     * @param criterion ends hypotheses
     * @return this builder
     */
    public Builder stoppingCriterion(StoppingCriterion criterion) {
      stoppingCriteria.add(Objects.requireNonNull(criterion, "criterion"));
      return this;
    }

    /**
     * Restricts the next token by a callback.
     *
     * @param allowed names the allowed tokens
     * @return this builder
     */
    public Builder prefixAllowedTokens(PrefixAllowedTokens allowed) {
      this.prefixAllowedTokens = Objects.requireNonNull(allowed, "allowed");
      return this;
    }

    /**
     * Builds the request.
     *
     * @return an immutable request
     */
    public GenerationRequest build() {
      return new GenerationRequest(this);
    }
  }
}
