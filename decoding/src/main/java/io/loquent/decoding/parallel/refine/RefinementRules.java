package io.loquent.decoding.parallel.refine;

import io.loquent.EarlyStopping;
import io.loquent.GenerationOptions;
import io.loquent.GenerationRequest;
import io.loquent.InvalidRequestException;
import io.loquent.Option;
import io.loquent.SequenceBias;
import io.loquent.decoding.SearchSetup;
import io.loquent.decoding.parallel.ParallelModel;
import io.loquent.decoding.parallel.ParallelSetup;
import io.loquent.spi.Tokenizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Which options refinement takes. One that it would ignore is refused if the request itself sets
 * it; if it comes from a model's or an application's defaults, it is switched off.
 */
final class RefinementRules {

  private static final String NEEDS_PREFIX =
      "it looks at the tokens before a position, and these are not final while others are filled";
  private static final String ELSEWHERE = "it belongs to another way of decoding";
  private static final String NO_LENGTH = "the length is not known before the edits end";

  /** An option that is refused unless it has the value that does nothing. */
  private record Refused(Option<?> option, @Nullable Object neutral, String reason) {}

  private static final List<Refused> ALWAYS =
      List.of(
          new Refused(Option.REPETITION_PENALTY, 1.0, NEEDS_PREFIX),
          new Refused(Option.PRESENCE_PENALTY, 0.0, NEEDS_PREFIX),
          new Refused(Option.FREQUENCY_PENALTY, 0.0, NEEDS_PREFIX),
          new Refused(Option.NO_REPEAT_NGRAM_SIZE, 0, NEEDS_PREFIX),
          new Refused(Option.ENCODER_NO_REPEAT_NGRAM_SIZE, 0, NEEDS_PREFIX),
          new Refused(Option.DRY_MULTIPLIER, 0.0, NEEDS_PREFIX),
          new Refused(Option.FORCED_BOS_TOKEN_ID, null, NEEDS_PREFIX),
          new Refused(Option.FORCED_EOS_TOKEN_ID, null, NEEDS_PREFIX),
          new Refused(Option.EXPONENTIAL_DECAY_LENGTH_PENALTY, null, NEEDS_PREFIX),
          new Refused(Option.NUM_BEAM_GROUPS, 1, ELSEWHERE),
          new Refused(Option.DIVERSITY_PENALTY, 0.0, ELSEWHERE),
          new Refused(Option.LENGTH_PENALTY, 1.0, "candidates are ranked by their mean"),
          new Refused(Option.EARLY_STOPPING, EarlyStopping.FALSE, ELSEWHERE),
          new Refused(Option.PENALTY_ALPHA, 0.0, ELSEWHERE),
          new Refused(Option.FORCE_WORDS_IDS, null, ELSEWHERE),
          new Refused(Option.GUIDANCE_SCALE, 1.0, ELSEWHERE),
          new Refused(Option.TOKEN_HEALING, false, "nothing is continued"),
          new Refused(Option.CONTEXT_OVERFLOW, null, "nothing is continued"),
          new Refused(Option.USE_CACHE, true, "a canvas that changes everywhere has no cache"),
          new Refused(Option.PENALIZE_PADDING, false, "nothing is padded on the left"),
          new Refused(Option.ASSISTANT_MODEL, null, ELSEWHERE),
          new Refused(Option.LOOKAHEAD, false, ELSEWHERE),
          new Refused(Option.NUM_ASSISTANT_TOKENS, null, ELSEWHERE),
          new Refused(Option.ASSISTANT_CONFIDENCE_THRESHOLD, 0.0, ELSEWHERE),
          new Refused(Option.PROMPT_LOOKUP, false, ELSEWHERE),
          new Refused(Option.PROMPT_LOOKUP_NUM_TOKENS, null, ELSEWHERE),
          new Refused(Option.MAX_MATCHING_NGRAM_SIZE, null, ELSEWHERE),
          new Refused(Option.DAG_STRATEGY, null, ELSEWHERE),
          new Refused(Option.DAG_BETA, null, ELSEWHERE),
          new Refused(Option.LANGUAGE_MODEL, null, ELSEWHERE),
          new Refused(Option.LM_ALPHA, null, ELSEWHERE),
          new Refused(Option.LM_BETA, null, ELSEWHERE),
          new Refused(Option.HOTWORDS, List.of(), ELSEWHERE),
          new Refused(Option.HOTWORD_WEIGHT, null, ELSEWHERE),
          new Refused(Option.BEAM_PRUNE_LOGP, null, ELSEWHERE),
          new Refused(Option.TOKEN_MIN_LOGP, null, ELSEWHERE),
          new Refused(Option.STEPS, null, "max_iterations says how many runs there are"),
          new Refused(Option.BLOCK_LENGTH, null, ELSEWHERE),
          new Refused(Option.UNMASKING_ORDER, null, ELSEWHERE),
          new Refused(Option.ALG_TEMP, null, ELSEWHERE),
          new Refused(Option.THRESHOLD, null, ELSEWHERE),
          new Refused(Option.FACTOR, null, ELSEWHERE),
          new Refused(Option.REMASKING, 0.0, ELSEWHERE),
          new Refused(Option.DIFFUSION_CACHE, null, ELSEWHERE));

  private static final String GIVEN = "the text that is filled has its length and its end";

  /** What means nothing for a text that is there but for its masks. */
  private static final List<Refused> FOR_GIVEN_TEXTS =
      List.of(
          new Refused(Option.LENGTH_BEAM, 1, GIVEN),
          new Refused(Option.MIN_NEW_TOKENS, 0, GIVEN),
          new Refused(Option.MIN_LENGTH, 0, GIVEN),
          new Refused(Option.EOS_TOKEN_ID, List.of(), GIVEN),
          new Refused(Option.STOP_STRINGS, List.of(), GIVEN),
          new Refused(Option.BEGIN_SUPPRESS_TOKENS, List.of(), NEEDS_PREFIX),
          new Refused(
              Option.RERANK_MODEL, null, "fillings are ranked by the mean of what was filled in"));

  private final ParallelSetup setup;
  private final GenerationRequest request;
  private final RefinementMode mode;
  private final boolean isGiven;
  private final GenerationOptions.Builder effective;

  private RefinementRules(ParallelSetup setup, RefinementMode mode) {
    this.setup = setup;
    this.mode = mode;
    isGiven = setup.model().family() == ParallelModel.Family.MASKED_LANGUAGE_MODEL;
    request = setup.search().request();
    effective = setup.search().options().toBuilder();
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
    rules.checkCallbacks();
    rules.refusals().forEach(rules::refuse);
    rules.checkSequences();
    rules.checkCandidates();
    if (rules.isGiven) {
      rules.checkMasks();
    }
    return rules.checked();
  }

  private void checkCallbacks() {
    if (!request.logitsProcessors().isEmpty() || request.prefixAllowedTokens().isPresent()) {
      throw new InvalidRequestException(
          "the request has a "
              + (request.logitsProcessors().isEmpty()
                  ? "prefixAllowedTokens callback"
                  : "logits processor of its own")
              + ", but "
              + mode
              + " does not take one: "
              + NEEDS_PREFIX
              + "; leave it out, or use suppress_tokens, sequence_bias or bad_words_ids");
    }
  }

  private List<Refused> refusals() {
    List<Refused> refused = new ArrayList<>(ALWAYS);
    if (mode == RefinementMode.EASY_FIRST) {
      refused.add(new Refused(Option.DO_SAMPLE, false, "it takes the most probable tokens"));
      refused.add(
          new Refused(Option.MAX_ITERATIONS, null, "it fills one slot per run, until all are"));
    } else {
      refused.add(new Refused(Option.NUM_BEAMS, 1, "of its kind only easy-first has beams"));
    }
    if (isGiven) {
      refused.addAll(FOR_GIVEN_TEXTS);
    }
    if (mode.fillsMasks()) {
      refused.add(new Refused(Option.EOS_PENALTY, 0.0, "nothing is inserted"));
    } else {
      refused.add(new Refused(Option.REFINEMENT, null, "the model edits, it does not fill masks"));
      refused.add(new Refused(Option.LENGTH_BEAM, 1, NO_LENGTH));
      refused.add(new Refused(Option.MIN_NEW_TOKENS, 0, NO_LENGTH));
      refused.add(new Refused(Option.MIN_LENGTH, 0, NO_LENGTH));
      refused.add(new Refused(Option.BEGIN_SUPPRESS_TOKENS, List.of(), NEEDS_PREFIX));
    }
    return refused;
  }

  private void refuse(Refused refused) {
    Optional<?> asked = request.options().get(refused.option());
    if (asked.isPresent() && !asked.get().equals(refused.neutral())) {
      throw new InvalidRequestException(
          refused.option()
              + " is "
              + asked.get()
              + ", but "
              + mode
              + " does not take it: "
              + refused.reason()
              + "; leave it out of the request");
    }
    effective.off(refused.option());
  }

  /** Of biased and forbidden sequences those of a single token can be had. */
  private void checkSequences() {
    GenerationOptions asked = request.options();
    asked
        .get(Option.BAD_WORDS_IDS)
        .ifPresent(words -> words.forEach(word -> checkSingle(Option.BAD_WORDS_IDS, word)));
    asked
        .get(Option.SEQUENCE_BIAS)
        .ifPresent(
            biases -> biases.forEach(bias -> checkSingle(Option.SEQUENCE_BIAS, bias.tokens())));
    GenerationOptions options = setup.search().options();
    options
        .get(Option.BAD_WORDS_IDS)
        .ifPresent(words -> effective.set(Option.BAD_WORDS_IDS, single(words)));
    options
        .get(Option.SEQUENCE_BIAS)
        .ifPresent(biases -> effective.set(Option.SEQUENCE_BIAS, singleBiases(biases)));
  }

  private void checkSingle(Option<?> option, List<Integer> tokens) {
    if (tokens.size() > 1) {
      throw new InvalidRequestException(
          option
              + " names "
              + tokens
              + ", but "
              + mode
              + " takes single tokens only: of longer sequences "
              + NEEDS_PREFIX
              + "; leave that sequence out");
    }
  }

  private static List<List<Integer>> single(List<List<Integer>> words) {
    List<List<Integer>> single = new ArrayList<>(words);
    single.removeIf(word -> word.size() > 1);
    return single;
  }

  private static List<SequenceBias> singleBiases(List<SequenceBias> biases) {
    List<SequenceBias> single = new ArrayList<>(biases);
    single.removeIf(bias -> bias.tokens().size() > 1);
    return single;
  }

  private void checkCandidates() {
    GenerationOptions options = setup.search().options();
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
    if (candidates == 1 && request.options().get(Option.RERANK_MODEL).isPresent()) {
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
  private void checkMasks() {
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
    effective.maxNewTokens(text.length).off(Option.MAX_LENGTH);
  }

  private String spelled(int mask) {
    Tokenizer tokenizer = setup.search().tokenizer();
    String id = "token id " + mask;
    return tokenizer == null
        ? id
        : tokenizer.idToToken(mask).map(spelling -> spelling + " (" + id + ")").orElse(id);
  }

  private void checkLimit(Option<Integer> option, int needed, String what) {
    int asked = request.options().get(option).orElse(needed);
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

  private ParallelSetup checked() {
    SearchSetup search = setup.search();
    return new ParallelSetup(
        new SearchSetup(
            request,
            effective.build(),
            search.prompt(),
            search.vocabularySize(),
            search.tokenizer(),
            search.seed()),
        setup.model(),
        setup.source(),
        setup.reranker());
  }
}
