package io.loquent.decoding.parallel;

import io.loquent.DagStrategy;
import io.loquent.Option;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Which options each way of parallel decoding reads: the one place that says so. {@link
 * OptionRules} refuses all others, so that a new option is refused everywhere until it is listed
 * here. Stateless and thread-safe.
 */
public final class ReadOptions {

  private static final Set<Option<?>> SCORES =
      of(
          List.of(),
          Option.SEED,
          Option.NUM_RETURN_SEQUENCES,
          Option.SEQUENCE_BIAS,
          Option.BAD_WORDS_IDS,
          Option.SUPPRESS_TOKENS,
          Option.REMOVE_INVALID_VALUES,
          Option.RENORMALIZE_LOGITS,
          Option.TOP_LOGPROBS);

  private static final Set<Option<?>> RESULTS =
      of(
          List.of(SCORES),
          Option.MAX_NEW_TOKENS,
          Option.MAX_LENGTH,
          Option.MAX_TIME,
          Option.SKIP_SPECIAL_TOKENS);

  private static final Set<Option<?>> ENDS =
      of(List.of(), Option.STOP_STRINGS, Option.INCLUDE_STOP_STR_IN_OUTPUT, Option.EOS_TOKEN_ID);

  private static final Set<Option<?>> LINK_SAMPLING =
      of(
          List.of(),
          Option.TEMPERATURE,
          Option.TOP_K,
          Option.TOP_P,
          Option.MIN_P,
          Option.TYPICAL_P,
          Option.EPSILON_CUTOFF,
          Option.ETA_CUTOFF,
          Option.TOP_N_SIGMA);

  private static final Set<Option<?>> SAMPLING =
      of(List.of(LINK_SAMPLING), Option.DO_SAMPLE, Option.XTC_PROBABILITY, Option.XTC_THRESHOLD);

  private static final Set<Option<?>> REFINED =
      of(
          List.of(RESULTS),
          Option.REASONING_TAGS,
          Option.PAD_TOKEN_ID,
          Option.ENCODER_REPETITION_PENALTY);

  private static final Set<Option<?>> PREDICTED_LENGTHS =
      of(
          List.of(ENDS),
          Option.LENGTH_BEAM,
          Option.RERANK_MODEL,
          Option.MIN_NEW_TOKENS,
          Option.MIN_LENGTH,
          Option.BEGIN_SUPPRESS_TOKENS);

  private static final Set<Option<?>> GIVEN_TEXT_BY_RUNS =
      of(List.of(REFINED, SAMPLING), Option.REFINEMENT, Option.MAX_ITERATIONS);

  private static final Set<Option<?>> GIVEN_TEXT_EASY_FIRST =
      of(List.of(REFINED), Option.REFINEMENT, Option.NUM_BEAMS);

  private static final Set<Option<?>> CANVAS_BY_RUNS =
      of(List.of(GIVEN_TEXT_BY_RUNS, PREDICTED_LENGTHS));

  private static final Set<Option<?>> CANVAS_EASY_FIRST =
      of(List.of(GIVEN_TEXT_EASY_FIRST, PREDICTED_LENGTHS));

  private static final Set<Option<?>> EDITS =
      of(
          List.of(REFINED, ENDS, SAMPLING),
          Option.MAX_ITERATIONS,
          Option.EOS_PENALTY,
          Option.RERANK_MODEL);

  private static final Set<Option<?>> DIFFUSION =
      of(
          List.of(RESULTS, ENDS, SAMPLING),
          Option.REASONING_TAGS,
          Option.PAD_TOKEN_ID,
          Option.BOS_TOKEN_ID,
          Option.MIN_NEW_TOKENS,
          Option.MIN_LENGTH,
          Option.BEGIN_SUPPRESS_TOKENS,
          Option.FORCED_BOS_TOKEN_ID,
          Option.FORCED_EOS_TOKEN_ID,
          Option.EXPONENTIAL_DECAY_LENGTH_PENALTY,
          Option.GUIDANCE_SCALE,
          Option.STEPS,
          Option.BLOCK_LENGTH,
          Option.UNMASKING_ORDER,
          Option.ALG_TEMP,
          Option.THRESHOLD,
          Option.FACTOR,
          Option.REMASKING,
          Option.DIFFUSION_CACHE);

  private static final Set<Option<?>> PATHS =
      of(
          List.of(RESULTS, ENDS),
          Option.REASONING_TAGS,
          Option.PAD_TOKEN_ID,
          Option.BOS_TOKEN_ID,
          Option.DAG_STRATEGY);

  private static final Set<Option<?>> FRAMES =
      of(List.of(SCORES), Option.NUM_BEAMS, Option.MAX_ITERATIONS, Option.EOS_TOKEN_ID);

  private static final Set<Option<?>> FRAME_BEAMS =
      of(
          List.of(),
          Option.LANGUAGE_MODEL,
          Option.LM_ALPHA,
          Option.LM_BETA,
          Option.HOTWORDS,
          Option.HOTWORD_WEIGHT,
          Option.BEAM_PRUNE_LOGP,
          Option.TOKEN_MIN_LOGP);

  private ReadOptions() {}

  /**
   * Returns what mask-predict and iterative refinement read.
   *
   * @param isGiven whether the masks are those of a text that is given
   * @return the options; unmodifiable
   */
  public static Set<Option<?>> ofRuns(boolean isGiven) {
    return isGiven ? GIVEN_TEXT_BY_RUNS : CANVAS_BY_RUNS;
  }

  /**
   * Returns what easy-first decoding reads.
   *
   * @param isGiven whether the masks are those of a text that is given
   * @return the options; unmodifiable
   */
  public static Set<Option<?>> ofEasyFirst(boolean isGiven) {
    return isGiven ? GIVEN_TEXT_EASY_FIRST : CANVAS_EASY_FIRST;
  }

  /**
   * Returns the options that say how tokens are drawn at random.
   *
   * @return the options; unmodifiable
   */
  public static Set<Option<?>> ofSampling() {
    return SAMPLING;
  }

  /**
   * Returns what Levenshtein and insertion decoding read.
   *
   * @return the options; unmodifiable
   */
  public static Set<Option<?>> ofEdits() {
    return EDITS;
  }

  /**
   * Returns what masked diffusion reads.
   *
   * @return the options; unmodifiable
   */
  public static Set<Option<?>> ofDiffusion() {
    return DIFFUSION;
  }

  /**
   * Returns what directed acyclic Transformers read.
   *
   * @param strategy how a path is found
   * @return the options; unmodifiable
   */
  public static Set<Option<?>> ofDag(DagStrategy strategy) {
    return switch (strategy) {
      case GREEDY -> PATHS;
      case LOOKAHEAD -> of(List.of(PATHS), Option.DAG_BETA, Option.NO_REPEAT_NGRAM_SIZE);
      case VITERBI, JOINT_VITERBI -> of(List.of(PATHS), Option.LENGTH_PENALTY);
      case SAMPLE -> of(List.of(PATHS, LINK_SAMPLING), Option.DO_SAMPLE);
      case BEAM ->
          of(
              List.of(PATHS),
              Option.NUM_BEAMS,
              Option.LENGTH_PENALTY,
              Option.NO_REPEAT_NGRAM_SIZE,
              Option.LANGUAGE_MODEL,
              Option.LM_ALPHA,
              Option.TOP_K,
              Option.TOP_P);
    };
  }

  /**
   * Returns the options of {@link DagStrategy#SAMPLE} that say how links are drawn.
   *
   * @return the options; unmodifiable
   */
  public static Set<Option<?>> ofLinks() {
    return LINK_SAMPLING;
  }

  /**
   * Returns what CTC over all frames at once reads.
   *
   * @param hasBeams whether there is more than one beam
   * @return the options; unmodifiable
   */
  public static Set<Option<?>> ofCtc(boolean hasBeams) {
    return of(List.of(ofCtcStream(hasBeams), RESULTS), Option.STOP_STRINGS);
  }

  /**
   * Returns what CTC over frames as they come reads, which has no end of its own.
   *
   * @param hasBeams whether there is more than one beam
   * @return the options; unmodifiable
   */
  public static Set<Option<?>> ofCtcStream(boolean hasBeams) {
    return hasBeams ? of(List.of(FRAMES, FRAME_BEAMS)) : FRAMES;
  }

  private static Set<Option<?>> of(List<Set<Option<?>>> sets, Option<?>... more) {
    Set<Option<?>> all = new LinkedHashSet<>(Arrays.asList(more));
    sets.forEach(all::addAll);
    return Collections.unmodifiableSet(all);
  }
}
