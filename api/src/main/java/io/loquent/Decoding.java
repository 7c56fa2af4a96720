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
        Decoding.Dag,
        Decoding.Diffusion {

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
   * A walk or the best path through the graph of a directed acyclic Transformer (Huang et al.
   * 2022).
   *
   * @param strategy how the path is found
   * @return the family
   * @throws InvalidRequestException for {@link DagStrategy#BEAM}, which needs a width
   */
  static Dag dag(DagStrategy strategy) {
    if (strategy == DagStrategy.BEAM) {
      throw new InvalidRequestException(
          "a beam search through a graph needs num_beams; found none; use dagBeam()");
    }
    return new Dag(
        choose(strategy == DagStrategy.SAMPLE, 1).set(Option.DAG_STRATEGY, strategy).build());
  }

  /**
   * A beam search through the graph of a directed acyclic Transformer (Huang et al. 2022).
   *
   * @param numBeams beginnings of outputs kept, at least 1; the paper's number is 200
   * @return the family
   * @throws InvalidRequestException if there are fewer or too many
   */
  static Dag dagBeam(int numBeams) {
    return new Dag(choose(false, numBeams).set(Option.DAG_STRATEGY, DagStrategy.BEAM).build());
  }

  /**
   * Masked diffusion (Nie et al. 2025, LLaDA): a canvas of masks, of which each run of the model
   * fills the surest ones.
   *
   * @return the family, with nothing set: the most probable tokens, one slot per run
   */
  static Diffusion diffusion() {
    return new Diffusion(choose(false, 1).build());
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
   * A path through the graph of a directed acyclic Transformer.
   *
   * @param settings the options it sets
   */
  record Dag(GenerationOptions settings) implements Decoding {

    /**
     * Sets {@link Option#DAG_BETA}, of lookahead.
     *
     * @param value weight of a token's log-probability beside its link's, at least 0
     * @return a copy with it
     */
    public Dag beta(double value) {
      return set(Option.DAG_BETA, value);
    }

    /**
     * Sets {@link Option#LENGTH_PENALTY}, of Viterbi decoding and beams.
     *
     * @param value exponent of the length
     * @return a copy with it
     */
    public Dag lengthPenalty(double value) {
      return set(Option.LENGTH_PENALTY, value);
    }

    /**
     * Sets {@link Option#NUM_RETURN_SEQUENCES}, of sampling and beams.
     *
     * @param value candidates to return
     * @return a copy with it
     */
    public Dag numReturnSequences(int value) {
      return set(Option.NUM_RETURN_SEQUENCES, value);
    }

    /**
     * Sets another option of the strategy, such as {@link Option#NO_REPEAT_NGRAM_SIZE}.
     *
     * @param option the option
     * @param value its value
     * @param <T> its type
     * @return a copy with it
     */
    public <T> Dag set(Option<T> option, T value) {
      return new Dag(with(settings, option, value));
    }
  }

  /**
   * Masked diffusion.
   *
   * @param settings the options it sets
   */
  record Diffusion(GenerationOptions settings) implements Decoding {

    /**
     * Sets {@link Option#STEPS}.
     *
     * @param value runs of the model, at least one for each block
     * @return a copy with it
     */
    public Diffusion steps(int value) {
      return set(Option.STEPS, value);
    }

    /**
     * Sets {@link Option#THRESHOLD}.
     *
     * @param value the probability from which a token is filled in, above 0, up to 1
     * @return a copy with it
     */
    public Diffusion threshold(double value) {
      return set(Option.THRESHOLD, value);
    }

    /**
     * Sets {@link Option#FACTOR}.
     *
     * @param value above 0; the greater, the more is filled in per run
     * @return a copy with it
     */
    public Diffusion factor(double value) {
      return set(Option.FACTOR, value);
    }

    /**
     * Sets {@link Option#BLOCK_LENGTH}.
     *
     * @param value slots that are filled together, at least 1
     * @return a copy with it
     */
    public Diffusion blockLength(int value) {
      return set(Option.BLOCK_LENGTH, value);
    }

    /**
     * Sets {@link Option#UNMASKING_ORDER}.
     *
     * @param value which slots come first
     * @return a copy with it
     */
    public Diffusion order(UnmaskingOrder value) {
      return set(Option.UNMASKING_ORDER, value);
    }

    /**
     * Sets {@link Option#DIFFUSION_CACHE}.
     *
     * @param value what is kept of earlier runs
     * @return a copy with it
     */
    public Diffusion cache(DiffusionCache value) {
      return set(Option.DIFFUSION_CACHE, value);
    }

    /**
     * Draws tokens at random.
     *
     * @param temperature divides the logits before, above 0
     * @return a copy with it
     */
    public Diffusion sampled(double temperature) {
      return set(Option.DO_SAMPLE, true).set(Option.TEMPERATURE, temperature);
    }

    /**
     * Sets another option of masked diffusion, such as {@link Option#REMASKING}.
     *
     * @param option the option
     * @param value its value
     * @param <T> its type
     * @return a copy with it
     */
    public <T> Diffusion set(Option<T> option, T value) {
      return new Diffusion(with(settings, option, value));
    }
  }
}
