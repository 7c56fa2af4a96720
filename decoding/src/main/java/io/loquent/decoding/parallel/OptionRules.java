package io.loquent.decoding.parallel;

import io.loquent.GenerationOptions;
import io.loquent.InvalidRequestException;
import io.loquent.Option;
import io.loquent.SequenceBias;
import io.loquent.decoding.SearchSetup;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Keeps a way of parallel decoding to the options that it reads ({@link ReadOptions}). Any other
 * one is refused if the request itself sets it to something that would matter, and passed over if
 * it comes from a model's or an application's defaults. Immutable.
 */
public final class OptionRules {

  /** What a way of decoding says of a request that it refuses. */
  @FunctionalInterface
  public interface Refusals {

    /**
     * Names the way of decoding.
     *
     * @return such as {@code masked diffusion}
     */
    String way();

    /**
     * Refuses an option that is not read.
     *
     * @param option the option
     * @param value what the request sets it to
     * @return the message: what was found, what is wrong with it, what to do
     */
    default String unread(Option<?> option, Object value) {
      return option
          + " is "
          + value
          + ", but "
          + way()
          + " does not take it; leave it out of the request";
    }

    /**
     * Refuses a bias or bad word of several tokens.
     *
     * @param option the option
     * @param tokens the sequence
     * @return the message: what was found, what is wrong with it, what to do
     */
    default String severalTokens(Option<?> option, List<Integer> tokens) {
      return option
          + " names "
          + tokens
          + ", but "
          + way()
          + " decides on tokens before it knows those on their left; name single tokens only";
    }
  }

  /** Values that ask for nothing, in the form of {@link GenerationOptions#toMap}. */
  private static final Map<Option<?>, Object> NEUTRAL = neutralValues();

  private final Set<Option<?>> read;
  private final Refusals refusals;

  /**
   * Creates the rules of a way of decoding.
   *
   * @param read the options that it reads
   * @param refusals what it says of others
   */
  public OptionRules(Set<Option<?>> read, Refusals refusals) {
    this.read = read;
    this.refusals = refusals;
  }

  /**
   * Checks a request and leaves out what is not read.
   *
   * @param setup the request
   * @return the same request, whose effective options are those that are read, and which does not
   *     guess ahead
   * @throws InvalidRequestException if the request asks for what cannot be done
   */
  public SearchSetup apply(SearchSetup setup) {
    checkCallbacks(setup);
    GenerationOptions requested = setup.request().options();
    GenerationOptions.Builder kept = GenerationOptions.builder();
    for (Option<?> option : Option.all()) {
      if (read.contains(option)) {
        copy(option, setup.options(), kept);
      } else if (isAskedFor(option, requested)) {
        Object value = Objects.requireNonNull(requested.toMap().get(option.name()));
        throw new InvalidRequestException(refusals.unread(option, value));
      }
    }
    if (setup.drafting() != null) {
      throw new InvalidRequestException(
          "tokens are to be drafted, but "
              + refusals.way()
              + " already decides on many tokens per run; switch drafting off for this request");
    }
    return new SearchSetup(
        setup.request(),
        singleTokens(kept.build(), requested),
        setup.prompt(),
        setup.vocabularySize(),
        setup.tokenizer(),
        setup.seed());
  }

  /**
   * Says whether a request itself sets an option to something that matters.
   *
   * @param option the option
   * @param requested the request's own options
   * @return false if it is unset, off, or neutral
   */
  public static boolean isAskedFor(Option<?> option, GenerationOptions requested) {
    if (!requested.get(option).isPresent()) {
      return false;
    }
    Object value = requested.toMap().get(option.name());
    return !Objects.equals(value, NEUTRAL.get(option)) && !Objects.equals(value, List.of());
  }

  private void checkCallbacks(SearchSetup setup) {
    boolean processes = !setup.request().logitsProcessors().isEmpty();
    if (processes || setup.request().prefixAllowedTokens().isPresent()) {
      throw new InvalidRequestException(
          "the request has "
              + (processes
                  ? "logits processors"
                  : "a function of allowed tokens (prefixAllowedTokens)")
              + ", which need all tokens on the left to be known, but "
              + refusals.way()
              + " decides on many tokens at once; leave it out, or use suppress_tokens,"
              + " sequence_bias or bad_words_ids");
    }
  }

  /** Leaves out biases and bad words of several tokens. */
  private GenerationOptions singleTokens(GenerationOptions kept, GenerationOptions requested) {
    GenerationOptions.Builder result = kept.toBuilder();
    keepSingle(Option.BAD_WORDS_IDS, word -> word, kept, requested, result);
    keepSingle(Option.SEQUENCE_BIAS, SequenceBias::tokens, kept, requested, result);
    return result.build();
  }

  private <T> void keepSingle(
      Option<List<T>> option,
      Function<T, List<Integer>> tokens,
      GenerationOptions kept,
      GenerationOptions requested,
      GenerationOptions.Builder result) {
    for (T sequence : requested.get(option).orElse(List.of())) {
      if (tokens.apply(sequence).size() > 1) {
        throw new InvalidRequestException(refusals.severalTokens(option, tokens.apply(sequence)));
      }
    }
    kept.get(option)
        .ifPresent(
            sequences ->
                set(
                    option,
                    sequences.stream()
                        .filter(sequence -> tokens.apply(sequence).size() == 1)
                        .collect(Collectors.toList()),
                    result));
  }

  private static <T> void set(
      Option<List<T>> option, List<T> values, GenerationOptions.Builder target) {
    if (values.isEmpty()) {
      target.off(option);
    } else {
      target.set(option, values);
    }
  }

  private static <T> void copy(
      Option<T> option, GenerationOptions from, GenerationOptions.Builder target) {
    if (from.isOff(option)) {
      target.off(option);
    } else {
      from.get(option).ifPresent(value -> target.set(option, value));
    }
  }

  private static Map<Option<?>, Object> neutralValues() {
    Map<Option<?>, Object> values = new LinkedHashMap<>();
    for (Option<?> option :
        List.of(
            Option.NUM_BEAMS,
            Option.NUM_BEAM_GROUPS,
            Option.NUM_RETURN_SEQUENCES,
            Option.LENGTH_BEAM)) {
      values.put(option, 1);
    }
    for (Option<?> option :
        List.of(
            Option.REPETITION_PENALTY,
            Option.ENCODER_REPETITION_PENALTY,
            Option.TEMPERATURE,
            Option.TOP_P,
            Option.TYPICAL_P,
            Option.LENGTH_PENALTY,
            Option.GUIDANCE_SCALE)) {
      values.put(option, 1.0);
    }
    for (Option<?> option :
        List.of(
            Option.NO_REPEAT_NGRAM_SIZE,
            Option.ENCODER_NO_REPEAT_NGRAM_SIZE,
            Option.MIN_NEW_TOKENS,
            Option.MIN_LENGTH,
            Option.TOP_K)) {
      values.put(option, 0);
    }
    for (Option<?> option :
        List.of(
            Option.DIVERSITY_PENALTY,
            Option.PENALTY_ALPHA,
            Option.PRESENCE_PENALTY,
            Option.FREQUENCY_PENALTY,
            Option.DRY_MULTIPLIER,
            Option.MIN_P,
            Option.EPSILON_CUTOFF,
            Option.ETA_CUTOFF,
            Option.XTC_PROBABILITY,
            Option.ASSISTANT_CONFIDENCE_THRESHOLD,
            Option.EOS_PENALTY,
            Option.ALG_TEMP,
            Option.REMASKING)) {
      values.put(option, 0.0);
    }
    for (Option<?> option :
        List.of(
            Option.DO_SAMPLE,
            Option.EARLY_STOPPING,
            Option.TOKEN_HEALING,
            Option.LOOKAHEAD,
            Option.PROMPT_LOOKUP,
            Option.PENALIZE_PADDING)) {
      values.put(option, false);
    }
    values.put(Option.USE_CACHE, true);
    values.put(Option.DIFFUSION_CACHE, "none");
    return values;
  }
}
