package io.loquent.decoding.parallel.ctc;

import io.loquent.GenerationOptions;
import io.loquent.GenerationRequest;
import io.loquent.InvalidRequestException;
import io.loquent.Option;
import io.loquent.decoding.SearchSetup;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Which options CTC takes. One that it would ignore is refused if the request itself sets it, but
 * not if it comes from a model's or an application's defaults.
 */
final class CtcRules {

  /** Options for every CTC search. */
  private static final Set<Option<?>> ALWAYS =
      Set.of(
          Option.MAX_TIME,
          Option.NUM_BEAMS,
          Option.NUM_RETURN_SEQUENCES,
          Option.MAX_ITERATIONS,
          Option.SUPPRESS_TOKENS,
          Option.BAD_WORDS_IDS,
          Option.SEQUENCE_BIAS,
          Option.REMOVE_INVALID_VALUES,
          Option.RENORMALIZE_LOGITS,
          Option.TOP_LOGPROBS,
          Option.SKIP_SPECIAL_TOKENS,
          Option.SEED,
          Option.PAD_TOKEN_ID,
          Option.BOS_TOKEN_ID,
          Option.EOS_TOKEN_ID,
          Option.DECODER_START_TOKEN_ID);

  /** Options that end a result; a stream has no end of its own. */
  private static final Set<Option<?>> ENDS =
      Set.of(Option.MAX_NEW_TOKENS, Option.MAX_LENGTH, Option.STOP_STRINGS);

  /** Options of the prefix beam search. */
  private static final Set<Option<?>> OF_BEAMS =
      Set.of(
          Option.LANGUAGE_MODEL,
          Option.LM_ALPHA,
          Option.LM_BETA,
          Option.HOTWORDS,
          Option.HOTWORD_WEIGHT,
          Option.BEAM_PRUNE_LOGP,
          Option.TOKEN_MIN_LOGP);

  /** Values that ask for nothing. */
  private static final Map<Option<?>, Object> NEUTRAL =
      Map.ofEntries(
          Map.entry(Option.DO_SAMPLE, false),
          Map.entry(Option.NUM_BEAM_GROUPS, 1),
          Map.entry(Option.DIVERSITY_PENALTY, 0.0),
          Map.entry(Option.PENALTY_ALPHA, 0.0),
          Map.entry(Option.TEMPERATURE, 1.0),
          Map.entry(Option.REPETITION_PENALTY, 1.0),
          Map.entry(Option.ENCODER_REPETITION_PENALTY, 1.0),
          Map.entry(Option.PRESENCE_PENALTY, 0.0),
          Map.entry(Option.FREQUENCY_PENALTY, 0.0),
          Map.entry(Option.NO_REPEAT_NGRAM_SIZE, 0),
          Map.entry(Option.MIN_LENGTH, 0),
          Map.entry(Option.MIN_NEW_TOKENS, 0),
          Map.entry(Option.GUIDANCE_SCALE, 1.0),
          Map.entry(Option.LENGTH_BEAM, 1),
          Map.entry(Option.PROMPT_LOOKUP, false),
          Map.entry(Option.LOOKAHEAD, false),
          Map.entry(Option.USE_CACHE, true),
          Map.entry(Option.PENALIZE_PADDING, false));

  private final SearchSetup setup;
  private final GenerationOptions options;
  private final GenerationOptions requested;
  private final int beams;

  private CtcRules(SearchSetup setup) {
    this.setup = setup;
    options = setup.options();
    requested = setup.request().options();
    beams = options.get(Option.NUM_BEAMS).orElse(1);
  }

  /**
   * Checks a request.
   *
   * @param takesAlignments whether the graph takes partial alignments
   * @throws InvalidRequestException if it asks for what CTC does not do
   */
  static void check(SearchSetup setup, boolean takesAlignments) {
    CtcRules rules = new CtcRules(setup);
    rules.checkOptions(true);
    rules.checkLanguageModel(setup.options().get(Option.LANGUAGE_MODEL).isPresent());
    rules.checkCallbacks();
    rules.checkIterations(takesAlignments);
    rules.checkResults();
  }

  /**
   * Checks the options of a stream.
   *
   * @param hasLanguageModel whether it was given a language model
   * @throws InvalidRequestException if they ask for what a stream does not do
   */
  static void checkStream(SearchSetup setup, boolean hasLanguageModel) {
    CtcRules rules = new CtcRules(setup);
    rules.checkOptions(false);
    rules.checkLanguageModel(hasLanguageModel);
    rules.checkIterations(false);
    rules.checkResults();
  }

  private void checkOptions(boolean mayEnd) {
    for (Option<?> option : Option.all()) {
      if (isAskedFor(option)) {
        if (OF_BEAMS.contains(option)) {
          checkBeams(option);
        } else if (!ALWAYS.contains(option) && !(mayEnd && ENDS.contains(option))) {
          throw new InvalidRequestException(
              option
                  + " is set, but a CTC "
                  + (mayEnd || !ENDS.contains(option) ? "search" : "stream")
                  + " does not take it; leave it out");
        }
      }
    }
    checkSingle(Option.BAD_WORDS_IDS, requested.get(Option.BAD_WORDS_IDS).orElse(List.of()));
    requested
        .get(Option.SEQUENCE_BIAS)
        .ifPresent(
            all -> all.forEach(bias -> checkSingle(Option.SEQUENCE_BIAS, List.of(bias.tokens()))));
    needs(Option.HOTWORD_WEIGHT, Option.HOTWORDS, options.get(Option.HOTWORDS).isPresent());
  }

  private void checkLanguageModel(boolean isThere) {
    needs(Option.LM_ALPHA, Option.LANGUAGE_MODEL, isThere);
    needs(Option.LM_BETA, Option.LANGUAGE_MODEL, isThere);
  }

  private boolean isAskedFor(Option<?> option) {
    Object value = requested.get(option).orElse(null);
    return value != null && !value.equals(NEUTRAL.get(option)) && !value.equals(List.of());
  }

  private void checkBeams(Option<?> option) {
    if (beams == 1) {
      throw new InvalidRequestException(
          option
              + " is set, but num_beams is 1, and only a beam search of CTC compares candidates; set"
              + " num_beams, to 100 for instance");
    }
  }

  private void needs(Option<?> option, Option<?> other, boolean isThere) {
    if (isAskedFor(option) && !isThere) {
      throw new InvalidRequestException(
          option + " is set, but " + other + " is not; set it, or leave " + option + " out");
    }
  }

  private static void checkSingle(Option<?> option, List<List<Integer>> sequences) {
    for (List<Integer> sequence : sequences) {
      if (sequence.size() > 1) {
        throw new InvalidRequestException(
            option
                + " has "
                + sequence
                + ", but CTC scores all frames at once, without knowing the token before; give single"
                + " tokens");
      }
    }
  }

  private void checkCallbacks() {
    GenerationRequest request = setup.request();
    if (!request.logitsProcessors().isEmpty() || request.prefixAllowedTokens().isPresent()) {
      throw new InvalidRequestException(
          "the request has a "
              + (request.prefixAllowedTokens().isPresent()
                  ? "prefixAllowedTokens callback"
                  : "logits processor")
              + ", which looks at the tokens before, but CTC scores all frames at once; leave it out,"
              + " or use suppress_tokens or sequence_bias");
    }
  }

  private void checkIterations(boolean takesAlignments) {
    int iterations = options.get(Option.MAX_ITERATIONS).orElse(1);
    if (iterations > 1 && !takesAlignments) {
      throw new InvalidRequestException(
          "max_iterations is "
              + iterations
              + ", but the model's graph takes no partial alignment (there is no mask token), so CTC"
              + " has nothing to repeat; set it to 1");
    }
    if (iterations > 1 && beams > 1) {
      throw new InvalidRequestException(
          "max_iterations is "
              + iterations
              + " and num_beams is "
              + beams
              + "; block decoding keeps one alignment only, so set one of them to 1");
    }
  }

  private void checkResults() {
    int results = options.get(Option.NUM_RETURN_SEQUENCES).orElse(1);
    if (results > beams) {
      throw new InvalidRequestException(
          "num_return_sequences is "
              + results
              + ", but num_beams is "
              + beams
              + "; CTC returns at most as many candidates as it has beams");
    }
  }
}
