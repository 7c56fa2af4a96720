package io.loquent;

import java.nio.file.Path;
import java.util.List;

/**
 * A decoding family with its own settings; what is not set comes from the levels below (see {@link
 * GenerationOptions}). Immutable.
 *
 * <p>It is another way to write the options that choose and steer a family: {@code
 * Decoding.beam(4).lengthPenalty(2)} sets {@code num_beams} and {@code length_penalty}, and
 * switches sampling off.
 */
public sealed interface Decoding
    permits Decoding.Greedy,
        Decoding.Sampling,
        Decoding.Beam,
        Decoding.Contrastive,
        Decoding.CtcBeam {

  /**
   * Always the most probable token.
   *
   * @return the family
   */
  static Greedy greedy() {
    return new Greedy(choose(false, 1).build());
  }

  /**
   * Tokens drawn at random.
   *
   * @return the family, with nothing set
   */
  static Sampling sampling() {
    return new Sampling(choose(true, 1).build());
  }

  /**
   * Beam search: several hypotheses at once.
   *
   * @param numBeams hypotheses kept, at least 2
   * @return the family
   * @throws InvalidRequestException if there are fewer or too many
   */
  static Beam beam(int numBeams) {
    if (numBeams < 2) {
      throw new InvalidRequestException(
          "a beam search needs num_beams of at least 2; found " + numBeams + "; use greedy()");
    }
    return new Beam(choose(false, numBeams).build());
  }

  /**
   * Contrastive search (Su et al. 2022): among the most probable tokens, the one that is least like
   * what came before.
   *
   * @param penaltyAlpha weight of the likeness, above 0, up to 1
   * @param topK number of tokens compared, at least 2
   * @return the family
   * @throws InvalidRequestException if a value is out of range
   */
  static Contrastive contrastive(double penaltyAlpha, int topK) {
    if (penaltyAlpha == 0 || topK < 2) {
      throw new InvalidRequestException(
          "contrastive search needs penalty_alpha above 0 and top_k of at least 2; found "
              + penaltyAlpha
              + " and "
              + topK
              + "; use greedy()");
    }
    return new Contrastive(
        choose(false, 1).set(Option.PENALTY_ALPHA, penaltyAlpha).set(Option.TOP_K, topK).build());
  }

  /**
   * Prefix beam search over the frames of a CTC model (Hannun et al. 2014).
   *
   * @param numBeams candidates kept, at least 2
   * @return the family
   * @throws InvalidRequestException if there are fewer or too many
   */
  static CtcBeam ctcBeam(int numBeams) {
    return new CtcBeam(beam(numBeams).settings());
  }

  /**
   * Returns the options that this family sets.
   *
   * @return the options, those that choose between families included
   */
  GenerationOptions settings();

  private static GenerationOptions.Builder choose(boolean doSample, int numBeams) {
    return GenerationOptions.builder()
        .set(Option.DO_SAMPLE, doSample)
        .set(Option.NUM_BEAMS, numBeams)
        .off(Option.PENALTY_ALPHA)
        .off(Option.NUM_BEAM_GROUPS)
        .off(Option.FORCE_WORDS_IDS);
  }

  private static <T> GenerationOptions with(GenerationOptions settings, Option<T> option, T value) {
    return settings.toBuilder().set(option, value).build();
  }

  /**
   * Always the most probable token.
   *
   * @param settings the options it sets
   */
  record Greedy(GenerationOptions settings) implements Decoding {}

  /**
   * Tokens drawn at random.
   *
   * @param settings the options it sets
   */
  record Sampling(GenerationOptions settings) implements Decoding {

    /**
     * Sets {@link Option#TEMPERATURE}.
     *
     * @param value above 0
     * @return a copy with it
     */
    public Sampling temperature(double value) {
      return set(Option.TEMPERATURE, value);
    }

    /**
     * Sets {@link Option#TOP_K}.
     *
     * @param value at least 1; 0 keeps all tokens
     * @return a copy with it
     */
    public Sampling topK(int value) {
      return set(Option.TOP_K, value);
    }

    /**
     * Sets {@link Option#TOP_P}.
     *
     * @param value from 0 to 1
     * @return a copy with it
     */
    public Sampling topP(double value) {
      return set(Option.TOP_P, value);
    }

    /**
     * Sets {@link Option#MIN_P}.
     *
     * @param value from 0 to 1
     * @return a copy with it
     */
    public Sampling minP(double value) {
      return set(Option.MIN_P, value);
    }

    /**
     * Sets another option of sampling, such as {@link Option#TYPICAL_P}.
     *
     * @param option the option
     * @param value its value
     * @param <T> its type
     * @return a copy with it
     */
    public <T> Sampling set(Option<T> option, T value) {
      return new Sampling(with(settings, option, value));
    }
  }

  /**
   * Beam search.
   *
   * @param settings the options it sets
   */
  record Beam(GenerationOptions settings) implements Decoding {

    /**
     * Sets {@link Option#LENGTH_PENALTY}.
     *
     * @param value exponent of the length
     * @return a copy with it
     */
    public Beam lengthPenalty(double value) {
      return new Beam(with(settings, Option.LENGTH_PENALTY, value));
    }

    /**
     * Sets {@link Option#EARLY_STOPPING}.
     *
     * @param value when the search ends
     * @return a copy with it
     */
    public Beam earlyStopping(EarlyStopping value) {
      return new Beam(with(settings, Option.EARLY_STOPPING, value));
    }

    /**
     * Sets {@link Option#NUM_RETURN_SEQUENCES}.
     *
     * @param value candidates to return, at most the number of beams
     * @return a copy with it
     */
    public Beam numReturnSequences(int value) {
      return new Beam(with(settings, Option.NUM_RETURN_SEQUENCES, value));
    }

    /**
     * Makes it a diverse beam search.
     *
     * @param numBeamGroups divides the number of beams
     * @param diversityPenalty above 0
     * @return a copy with it
     */
    public Beam groups(int numBeamGroups, double diversityPenalty) {
      return new Beam(
          with(
              with(settings, Option.NUM_BEAM_GROUPS, numBeamGroups),
              Option.DIVERSITY_PENALTY,
              diversityPenalty));
    }

    /**
     * Sets {@link Option#FORCE_WORDS_IDS}.
     *
     * @param phrases the phrases that every result must hold, each as the list of its alternatives,
     *     which are lists of token ids
     * @return a copy with it
     */
    public Beam forceWords(List<List<List<Integer>>> phrases) {
      return new Beam(with(settings, Option.FORCE_WORDS_IDS, phrases));
    }

    /**
     * Draws the beams' continuations at random (beam sampling).
     *
     * @return a copy with it
     */
    public Beam sampled() {
      return new Beam(with(settings, Option.DO_SAMPLE, true));
    }
  }

  /**
   * Contrastive search.
   *
   * @param settings the options it sets
   */
  record Contrastive(GenerationOptions settings) implements Decoding {}

  /**
   * Prefix beam search over the frames of a CTC model.
   *
   * @param settings the options it sets
   */
  record CtcBeam(GenerationOptions settings) implements Decoding {

    /**
     * Sets {@link Option#LANGUAGE_MODEL}.
     *
     * @param file an n-gram model in the ARPA format
     * @return a copy with it
     */
    public CtcBeam languageModel(Path file) {
      return new CtcBeam(with(settings, Option.LANGUAGE_MODEL, file.toString()));
    }

    /**
     * Sets {@link Option#LM_ALPHA} and {@link Option#LM_BETA}.
     *
     * @param alpha weight of the language model's log-probability, at least 0
     * @param beta added for each word
     * @return a copy with them
     */
    public CtcBeam languageModelWeights(double alpha, double beta) {
      return new CtcBeam(with(with(settings, Option.LM_ALPHA, alpha), Option.LM_BETA, beta));
    }

    /**
     * Sets {@link Option#HOTWORDS}.
     *
     * @param words words or phrases to favour
     * @return a copy with them
     */
    public CtcBeam hotwords(String... words) {
      return new CtcBeam(with(settings, Option.HOTWORDS, List.of(words)));
    }

    /**
     * Sets {@link Option#HOTWORD_WEIGHT}.
     *
     * @param value added for each hotword, at least 0
     * @return a copy with it
     */
    public CtcBeam hotwordWeight(double value) {
      return new CtcBeam(with(settings, Option.HOTWORD_WEIGHT, value));
    }

    /**
     * Sets {@link Option#BEAM_PRUNE_LOGP} and {@link Option#TOKEN_MIN_LOGP}.
     *
     * @param beamPruneLogp how far below the best a candidate may be, below 0
     * @param tokenMinLogp tokens of a frame below this are left out, below 0
     * @return a copy with them
     */
    public CtcBeam pruning(double beamPruneLogp, double tokenMinLogp) {
      return new CtcBeam(
          with(
              with(settings, Option.BEAM_PRUNE_LOGP, beamPruneLogp),
              Option.TOKEN_MIN_LOGP,
              tokenMinLogp));
    }

    /**
     * Leaves nothing out, however unlikely it is ({@link Option#BEAM_PRUNE_LOGP} and {@link
     * Option#TOKEN_MIN_LOGP} off).
     *
     * @return a copy without pruning
     */
    public CtcBeam unpruned() {
      return new CtcBeam(
          settings.toBuilder().off(Option.BEAM_PRUNE_LOGP).off(Option.TOKEN_MIN_LOGP).build());
    }

    /**
     * Sets {@link Option#NUM_RETURN_SEQUENCES}.
     *
     * @param value candidates to return, at most the number of beams
     * @return a copy with it
     */
    public CtcBeam numReturnSequences(int value) {
      return new CtcBeam(with(settings, Option.NUM_RETURN_SEQUENCES, value));
    }
  }
}
