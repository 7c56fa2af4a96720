package io.loquent.decoding.parallel;

import io.loquent.GenerationOptions;
import io.loquent.InvalidRequestException;
import io.loquent.Option;
import io.loquent.SequenceBias;
import io.loquent.decoding.SearchSetup;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Which options a family of parallel decoding heeds. An option that it would ignore is refused if
 * the request itself sets it to something that would matter, and passed over if it comes from a
 * model's or an application's defaults. Immutable.
 */
public final class OptionRules {

  /** What makes sense wherever tokens come out, whatever the algorithm. */
  private static final Set<Option<?>> ALWAYS =
      Set.of(
          Option.MAX_NEW_TOKENS,
          Option.MAX_LENGTH,
          Option.MAX_TIME,
          Option.STOP_STRINGS,
          Option.INCLUDE_STOP_STR_IN_OUTPUT,
          Option.REASONING_TAGS,
          Option.SEED,
          Option.SEQUENCE_BIAS,
          Option.BAD_WORDS_IDS,
          Option.SUPPRESS_TOKENS,
          Option.REMOVE_INVALID_VALUES,
          Option.RENORMALIZE_LOGITS,
          Option.TOP_LOGPROBS,
          Option.SKIP_SPECIAL_TOKENS,
          Option.PAD_TOKEN_ID,
          Option.BOS_TOKEN_ID,
          Option.EOS_TOKEN_ID,
          Option.DECODER_START_TOKEN_ID);

  /** Values that ask for nothing, in the form of {@link GenerationOptions#toMap}. */
  private static final Map<Option<?>, Object> NEUTRAL = neutralValues();

  private final String family;
  private final Set<Option<?>> heeded;

  /**
   * Creates the rules of a family.
   *
   * @param family its name in errors, such as {@code masked diffusion}
   * @param heeded what it heeds beside the options for tokens one by one: length limits, stop
   *     strings, seeds, suppressed tokens, biases and bad words of one token, reports
   */
  public OptionRules(String family, Collection<? extends Option<?>> heeded) {
    this.family = family;
    this.heeded = new LinkedHashSet<>(ALWAYS);
    this.heeded.addAll(heeded);
  }

  /**
   * Checks a request and leaves out what the family does not heed.
   *
   * @param setup the request
   * @return the same request, whose effective options are those that the family heeds, and which
   *     does not guess ahead
   * @throws InvalidRequestException if the request asks for what the family cannot do
   */
  public SearchSetup apply(SearchSetup setup) {
    checkCallbacks(setup);
    GenerationOptions requested = setup.request().options();
    GenerationOptions.Builder kept = GenerationOptions.builder();
    for (Option<?> option : Option.all()) {
      if (heeded.contains(option)) {
        copy(option, setup.options(), kept);
      } else if (isAskedFor(option, requested)) {
        throw new InvalidRequestException(
            option
                + " is "
                + requested.toMap().get(option.name())
                + ", but "
                + family
                + " does not heed it; leave it out of the request");
      }
    }
    if (setup.drafting() != null) {
      throw new InvalidRequestException(
          "tokens are to be drafted, but "
              + family
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
    return requested.get(option).isPresent()
        && !Objects.equals(requested.toMap().get(option.name()), NEUTRAL.get(option));
  }

  private void checkCallbacks(SearchSetup setup) {
    boolean processes = !setup.request().logitsProcessors().isEmpty();
    if (processes || setup.request().prefixAllowedTokens().isPresent()) {
      throw new InvalidRequestException(
          "the request has "
              + (processes ? "logits processors" : "a function of allowed tokens")
              + ", which need all tokens on the left to be known, but "
              + family
              + " decides on many tokens at once; leave it out, or use an autoregressive model");
    }
  }

  /** Leaves out biases and bad words of several tokens. */
  private GenerationOptions singleTokens(GenerationOptions kept, GenerationOptions requested) {
    GenerationOptions.Builder result = kept.toBuilder();
    kept.get(Option.BAD_WORDS_IDS)
        .ifPresent(
            words -> {
              List<List<Integer>> single =
                  words.stream().filter(word -> word.size() == 1).collect(Collectors.toList());
              checkSingle(Option.BAD_WORDS_IDS, single.size() == words.size(), requested);
              set(Option.BAD_WORDS_IDS, single, result);
            });
    kept.get(Option.SEQUENCE_BIAS)
        .ifPresent(
            biases -> {
              List<SequenceBias> single =
                  biases.stream()
                      .filter(bias -> bias.tokens().size() == 1)
                      .collect(Collectors.toList());
              checkSingle(Option.SEQUENCE_BIAS, single.size() == biases.size(), requested);
              set(Option.SEQUENCE_BIAS, single, result);
            });
    return result.build();
  }

  private void checkSingle(Option<?> option, boolean allSingle, GenerationOptions requested) {
    if (!allSingle && requested.get(option).isPresent()) {
      throw new InvalidRequestException(
          option
              + " names a sequence of several tokens, but "
              + family
              + " decides on tokens before it knows those on their left; name single tokens only");
    }
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
            Option.EOS_PENALTY,
            Option.ALG_TEMP,
            Option.REMASKING)) {
      values.put(option, 0.0);
    }
    for (Option<?> option :
        List.of(
            Option.DO_SAMPLE,
            Option.EARLY_STOPPING,
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
