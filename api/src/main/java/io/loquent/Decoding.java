package io.loquent;

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
        ParallelDecoding {

  /**
   * Always the most probable token.
   *
   * @return the family
   */
  static Greedy greedy() {
    return new Greedy(DecodingSettings.choose(false, 1).build());
  }

  /**
   * Tokens drawn at random.
   *
   * @return the family, with nothing set
   */
  static Sampling sampling() {
    return new Sampling(DecodingSettings.choose(true, 1).build());
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
    return new Beam(DecodingSettings.choose(false, numBeams).build());
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
        DecodingSettings.choose(false, 1)
            .set(Option.PENALTY_ALPHA, penaltyAlpha)
            .set(Option.TOP_K, topK)
            .build());
  }

  /**
   * Returns the options that this family sets.
   *
   * @return the options, those that choose between families included
   */
  GenerationOptions settings();

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
      return new Sampling(DecodingSettings.with(settings, option, value));
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
      return new Beam(DecodingSettings.with(settings, Option.LENGTH_PENALTY, value));
    }

    /**
     * Sets {@link Option#EARLY_STOPPING}.
     *
     * @param value when the search ends
     * @return a copy with it
     */
    public Beam earlyStopping(EarlyStopping value) {
      return new Beam(DecodingSettings.with(settings, Option.EARLY_STOPPING, value));
    }

    /**
     * Sets {@link Option#NUM_RETURN_SEQUENCES}.
     *
     * @param value candidates to return, at most the number of beams
     * @return a copy with it
     */
    public Beam numReturnSequences(int value) {
      return new Beam(DecodingSettings.with(settings, Option.NUM_RETURN_SEQUENCES, value));
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
          DecodingSettings.with(
              DecodingSettings.with(settings, Option.NUM_BEAM_GROUPS, numBeamGroups),
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
      return new Beam(DecodingSettings.with(settings, Option.FORCE_WORDS_IDS, phrases));
    }

    /**
     * Draws the beams' continuations at random (beam sampling).
     *
     * @return a copy with it
     */
    public Beam sampled() {
      return new Beam(DecodingSettings.with(settings, Option.DO_SAMPLE, true));
    }
  }

  /**
   * Contrastive search.
   *
   * @param settings the options it sets
   */
  record Contrastive(GenerationOptions settings) implements Decoding {}
}
