package io.loquent.decoding.parallel.refine;

import io.loquent.GenerationOptions;
import io.loquent.InvalidRequestException;
import io.loquent.Option;
import io.loquent.decoding.SearchSetup;
import io.loquent.decoding.parallel.OptionRules;
import io.loquent.decoding.parallel.ParallelModel;
import io.loquent.decoding.parallel.ParallelSetup;
import io.loquent.decoding.parallel.ReadOptions;
import io.loquent.spi.Tokenizer;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

/** Keeps a request to what refinement reads, and checks that it goes together. */
final class RefinementRules implements OptionRules.Refusals {

  private static final String NEEDS_PREFIX =
      "it looks at the tokens before a position, and these are not final while others are filled";
  private static final String NOT_CONTINUED = "nothing is continued";

  /** Why an option is not read, where there is more to say than that others read it. */
  private static final Map<Option<?>, String> REASONS =
      Map.ofEntries(
          Map.entry(Option.REPETITION_PENALTY, NEEDS_PREFIX),
          Map.entry(Option.PRESENCE_PENALTY, NEEDS_PREFIX),
          Map.entry(Option.FREQUENCY_PENALTY, NEEDS_PREFIX),
          Map.entry(Option.NO_REPEAT_NGRAM_SIZE, NEEDS_PREFIX),
          Map.entry(Option.ENCODER_NO_REPEAT_NGRAM_SIZE, NEEDS_PREFIX),
          Map.entry(Option.DRY_MULTIPLIER, NEEDS_PREFIX),
          Map.entry(Option.CONSTRAINT, NEEDS_PREFIX),
          Map.entry(Option.BEGIN_SUPPRESS_TOKENS, NEEDS_PREFIX),
          Map.entry(Option.FORCED_BOS_TOKEN_ID, NEEDS_PREFIX),
          Map.entry(Option.FORCED_EOS_TOKEN_ID, NEEDS_PREFIX),
          Map.entry(Option.EXPONENTIAL_DECAY_LENGTH_PENALTY, NEEDS_PREFIX),
          Map.entry(Option.LENGTH_PENALTY, "candidates are ranked by their mean"),
          Map.entry(Option.TOKEN_HEALING, NOT_CONTINUED),
          Map.entry(Option.CONTEXT_OVERFLOW, NOT_CONTINUED),
          Map.entry(Option.USE_CACHE, "a canvas that changes everywhere has no cache"),
          Map.entry(Option.PENALIZE_PADDING, "nothing is padded on the left"),
          Map.entry(Option.STEPS, "max_iterations says how many runs there are"),
          Map.entry(Option.MAX_ITERATIONS, "it fills one slot per run, until all are"),
          Map.entry(Option.NUM_BEAMS, "of its kind only easy-first has beams"),
          Map.entry(Option.REFINEMENT, "the model edits, it does not fill masks"),
          Map.entry(Option.EOS_PENALTY, "nothing is inserted"),
          Map.entry(Option.RERANK_MODEL, "fillings are ranked by the mean of what was filled in"));

  private static final Set<Option<?>> OF_LENGTHS =
      Set.of(
          Option.LENGTH_BEAM,
          Option.MIN_NEW_TOKENS,
          Option.MIN_LENGTH,
          Option.EOS_TOKEN_ID,
          Option.STOP_STRINGS,
          Option.INCLUDE_STOP_STR_IN_OUTPUT);

  private final ParallelSetup setup;
  private final RefinementMode mode;
  private final boolean isGiven;
  private final GenerationOptions requested;

  private RefinementRules(ParallelSetup setup, RefinementMode mode) {
    this.setup = setup;
    this.mode = mode;
    isGiven = setup.model().family() == ParallelModel.Family.MASKED_LANGUAGE_MODEL;
    requested = setup.search().request().options();
  }

  /**
   * Checks a request.
   *
   * @return the setup with those options only that have an effect
   * @throws InvalidRequestException if the request sets an option that would have none, or options
   *     contradict each other
   */
  static ParallelSetup check(ParallelSetup setup, RefinementMode mode) {
    RefinementRules rules = new RefinementRules(setup, mode);
    SearchSetup read = new OptionRules(mode.reads(rules.isGiven), rules).apply(setup.search());
    rules.checkCandidates(read.options());
    return new ParallelSetup(
        rules.isGiven ? rules.filling(read) : read,
        setup.model(),
        setup.source(),
        setup.reranker());
  }

  @Override
  public String way() {
    return mode.toString();
  }

  @Override
  public String unread(Option<?> option, Object value) {
    return option
        + " is "
        + value
        + ", but "
        + mode
        + " does not take it: "
        + reason(option)
        + "; leave it out of the request";
  }

  private String reason(Option<?> option) {
    if (OF_LENGTHS.contains(option)) {
      return isGiven
          ? "the text that is filled has its length and its end"
          : "the length is not known before the edits end";
    }
    if (mode == RefinementMode.EASY_FIRST && ReadOptions.ofSampling().contains(option)) {
      return "it takes the most probable tokens";
    }
    return REASONS.getOrDefault(option, "it belongs to another way of decoding");
  }

  private void checkCandidates(GenerationOptions options) {
    int candidates = mode.candidates(setup.model(), options);
    int wanted = options.get(Option.NUM_RETURN_SEQUENCES).orElse(1);
    if (wanted > candidates) {
      throw new InvalidRequestException(
          "num_return_sequences is "
              + wanted
              + ", but "
              + mode
              + " has "
              + candidates
              + (candidates == 1 ? " candidate; " : " candidates; ")
              + moreCandidates(wanted));
    }
    if (candidates == 1 && requested.get(Option.RERANK_MODEL).isPresent()) {
      throw new InvalidRequestException(
          "rerank_model is set, but there is only one candidate to choose; "
              + (mode.fillsMasks()
                  ? "set length_beam to at least 2"
                  : "set do_sample to true and num_return_sequences to at least 2"));
    }
  }

  private String moreCandidates(int wanted) {
    if (mode == RefinementMode.EASY_FIRST && isGiven) {
      return "set num_beams to at least " + wanted;
    }
    return mode.fillsMasks() && !isGiven
        ? "set length_beam to at least " + wanted
        : "set do_sample to true for several";
  }

  /** Checks that there is something to fill, and that the limits leave room for it. */
  private SearchSetup filling(SearchSetup search) {
    int[] text = setup.source();
    int mask = setup.model().maskToken().orElse(-1);
    int masks = (int) IntStream.of(text).filter(id -> id == mask).count();
    if (masks == 0) {
      throw new InvalidRequestException(
          "the input has no mask, so there is nothing to fill; write "
              + spelled(mask)
              + " where a token is to be filled in, once for each token");
    }
    checkLimit(Option.MAX_NEW_TOKENS, masks, "masks to fill");
    checkLimit(Option.MAX_LENGTH, text.length, "tokens");
    return new SearchSetup(
        search.request(),
        search.options().toBuilder().maxNewTokens(text.length).off(Option.MAX_LENGTH).build(),
        search.prompt(),
        search.vocabularySize(),
        search.tokenizer(),
        search.seed());
  }

  private String spelled(int mask) {
    Tokenizer tokenizer = setup.search().tokenizer();
    String id = "token id " + mask;
    return tokenizer == null
        ? id
        : tokenizer.idToToken(mask).map(spelling -> spelling + " (" + id + ")").orElse(id);
  }

  private void checkLimit(Option<Integer> option, int needed, String what) {
    int asked = requested.get(option).orElse(needed);
    if (asked < needed) {
      throw new InvalidRequestException(
          option
              + " is "
              + asked
              + ", but the input has "
              + needed
              + " "
              + what
              + ", and they are all in the result; raise it or leave it out");
    }
  }
}
