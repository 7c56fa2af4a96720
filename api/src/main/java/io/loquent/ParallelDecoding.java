package io.loquent;

import java.nio.file.Path;
import java.util.List;

/**
 * A family of parallel decoding with its own settings, for models that fill many places per run.
 * Which of them a model can do depends on its graphs. Immutable.
 */
public sealed interface ParallelDecoding extends Decoding
    permits ParallelDecoding.Refinement,
        ParallelDecoding.Edits,
        ParallelDecoding.CtcBeam,
        ParallelDecoding.Dag,
        ParallelDecoding.Diffusion {

  /**
   * Mask-predict (Ghazvininejad et al. 2019), for models that fill masked canvases: the tokens that
   * the model was least sure of are predicted again, fewer each time.
   *
   * @param maxIterations runs of the model, at least 1; 1 is one-shot decoding (Gu et al. 2018)
   * @return the family
   * @throws InvalidRequestException if the number is out of range
   */
  static Refinement maskPredict(int maxIterations) {
    return refinement(RefinementStrategy.MASK_PREDICT, 1)
        .with(Option.MAX_ITERATIONS, maxIterations);
  }

  /**
   * Iterative refinement (Lee et al. 2018), for models that fill masked canvases: all tokens are
   * predicted again until none changes.
   *
   * @param maxIterations most runs of the model, at least 1
   * @return the family
   * @throws InvalidRequestException if the number is out of range
   */
  static Refinement iterativeRefinement(int maxIterations) {
    return refinement(RefinementStrategy.ITERATIVE_REFINEMENT, 1)
        .with(Option.MAX_ITERATIONS, maxIterations);
  }

  /**
   * Easy-first decoding, for models that fill masked canvases: one token per run, the surest first.
   *
   * @param numBeams canvases kept, at least 1
   * @return the family
   * @throws InvalidRequestException if the number is out of range
   */
  static Refinement easyFirst(int numBeams) {
    return refinement(RefinementStrategy.EASY_FIRST, numBeams);
  }

  /**
   * Decoding by edits, for the Levenshtein Transformer (Gu et al. 2019) and the Insertion
   * Transformer (Stern et al. 2019): tokens are inserted, and deleted where the model can, until
   * nothing changes.
   *
   * @param maxIterations most iterations, at least 1
   * @return the family
   * @throws InvalidRequestException if the number is out of range
   */
  static Edits edits(int maxIterations) {
    return new Edits(
        DecodingSettings.with(
            DecodingSettings.choose(false, 1).build(), Option.MAX_ITERATIONS, maxIterations));
  }

  private static Refinement refinement(RefinementStrategy strategy, int numBeams) {
    return new Refinement(
        DecodingSettings.choose(false, numBeams).set(Option.REFINEMENT, strategy).build());
  }

  /**
   * Prefix beam search over the frames of a CTC model (Hannun et al. 2014).
   *
   * @param numBeams candidates kept, at least 2
   * @return the family
   * @throws InvalidRequestException if there are fewer or too many
   */
  static CtcBeam ctcBeam(int numBeams) {
    return new CtcBeam(Decoding.beam(numBeams).settings());
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
        DecodingSettings.choose(strategy == DagStrategy.SAMPLE, 1)
            .set(Option.DAG_STRATEGY, strategy)
            .build());
  }

  /**
   * A beam search through the graph of a directed acyclic Transformer (Huang et al. 2022).
   *
   * @param numBeams beginnings of outputs kept, at least 1; the paper's number is 200
   * @return the family
   * @throws InvalidRequestException if there are fewer or too many
   */
  static Dag dagBeam(int numBeams) {
    return new Dag(
        DecodingSettings.choose(false, numBeams)
            .set(Option.DAG_STRATEGY, DagStrategy.BEAM)
            .build());
  }

  /**
   * Masked diffusion (Nie et al. 2025, LLaDA): a canvas of masks, of which each run of the model
   * fills the surest ones.
   *
   * @return the family, with nothing set: the most probable tokens, one slot per run
   */
  static Diffusion diffusion() {
    return new Diffusion(DecodingSettings.choose(false, 1).build());
  }

  /**
   * Returns the options that this family sets.
   *
   * @return the options, those that choose between families included
   */
  @Override
  GenerationOptions settings();

  /**
   * Refinement of masked canvases.
   *
   * @param settings the options it sets
   */
  record Refinement(GenerationOptions settings) implements ParallelDecoding {

    /**
     * Sets {@link Option#LENGTH_BEAM}.
     *
     * @param value lengths to try, at least 1
     * @return a copy with it
     */
    public Refinement lengthBeam(int value) {
      return with(Option.LENGTH_BEAM, value);
    }

    /**
     * Sets {@link Option#RERANK_MODEL}.
     *
     * @param value the folder or configuration file of an autoregressive model
     * @return a copy with it
     */
    public Refinement rerankModel(Path value) {
      return with(Option.RERANK_MODEL, value.toString());
    }

    /**
     * Sets {@link Option#NUM_RETURN_SEQUENCES}.
     *
     * @param value candidates to return, at most the length beam, times the beams of easy-first
     * @return a copy with it
     */
    public Refinement numReturnSequences(int value) {
      return with(Option.NUM_RETURN_SEQUENCES, value);
    }

    private <T> Refinement with(Option<T> option, T value) {
      return new Refinement(DecodingSettings.with(settings, option, value));
    }
  }

  /**
   * Decoding by edits.
   *
   * @param settings the options it sets
   */
  record Edits(GenerationOptions settings) implements ParallelDecoding {

    /**
     * Sets {@link Option#EOS_PENALTY}.
     *
     * @param value taken from the score of inserting nothing, at least 0
     * @return a copy with it
     */
    public Edits eosPenalty(double value) {
      return new Edits(DecodingSettings.with(settings, Option.EOS_PENALTY, value));
    }
  }

  /**
   * Prefix beam search over the frames of a CTC model.
   *
   * @param settings the options it sets
   */
  record CtcBeam(GenerationOptions settings) implements ParallelDecoding {

    /**
     * Sets {@link Option#LANGUAGE_MODEL}.
     *
     * @param file an n-gram model in the ARPA format
     * @return a copy with it
     */
    public CtcBeam languageModel(Path file) {
      return new CtcBeam(DecodingSettings.with(settings, Option.LANGUAGE_MODEL, file.toString()));
    }

    /**
     * Sets {@link Option#LM_ALPHA} and {@link Option#LM_BETA}.
     *
     * @param alpha weight of the language model's log-probability, at least 0
     * @param beta added for each word
     * @return a copy with them
     */
    public CtcBeam languageModelWeights(double alpha, double beta) {
      return new CtcBeam(
          DecodingSettings.with(
              DecodingSettings.with(settings, Option.LM_ALPHA, alpha), Option.LM_BETA, beta));
    }

    /**
     * Sets {@link Option#HOTWORDS}.
     *
     * @param words words or phrases to favour
     * @return a copy with them
     */
    public CtcBeam hotwords(String... words) {
      return new CtcBeam(DecodingSettings.with(settings, Option.HOTWORDS, List.of(words)));
    }

    /**
     * Sets {@link Option#HOTWORD_WEIGHT}.
     *
     * @param value added for each hotword, at least 0
     * @return a copy with it
     */
    public CtcBeam hotwordWeight(double value) {
      return new CtcBeam(DecodingSettings.with(settings, Option.HOTWORD_WEIGHT, value));
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
          DecodingSettings.with(
              DecodingSettings.with(settings, Option.BEAM_PRUNE_LOGP, beamPruneLogp),
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
      return new CtcBeam(DecodingSettings.with(settings, Option.NUM_RETURN_SEQUENCES, value));
    }
  }

  /**
   * A path through the graph of a directed acyclic Transformer.
   *
   * @param settings the options it sets
   */
  record Dag(GenerationOptions settings) implements ParallelDecoding {

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
      return new Dag(DecodingSettings.with(settings, option, value));
    }
  }

  /**
   * Masked diffusion.
   *
   * @param settings the options it sets
   */
  record Diffusion(GenerationOptions settings) implements ParallelDecoding {

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
      return new Diffusion(DecodingSettings.with(settings, option, value));
    }
  }
}
