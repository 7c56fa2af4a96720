package io.loquent.decoding.parallel.refine;

import io.loquent.GenerationOptions;
import io.loquent.Option;
import io.loquent.RefinementStrategy;
import io.loquent.decoding.parallel.ParallelModel;
import io.loquent.decoding.parallel.ReadOptions;
import java.util.Set;

/** How a canvas is refined. */
enum RefinementMode {
  MASK_PREDICT("mask-predict"),
  ITERATIVE_REFINEMENT("iterative refinement"),
  EASY_FIRST("easy-first decoding"),
  LEVENSHTEIN("Levenshtein decoding"),
  INSERTION("insertion decoding");

  private final String title;

  RefinementMode(String title) {
    this.title = title;
  }

  static RefinementMode of(ParallelModel model, GenerationOptions options) {
    return switch (model.family()) {
      case CONDITIONAL_MASKED, MASKED_LANGUAGE_MODEL ->
          of(options.get(Option.REFINEMENT).orElse(RefinementStrategy.MASK_PREDICT));
      case LEVENSHTEIN -> LEVENSHTEIN;
      case INSERTION -> INSERTION;
      case CTC, DIRECTED_ACYCLIC, MASKED_DIFFUSION ->
          throw new IllegalArgumentException(
              "a model of the family "
                  + model.family()
                  + " has no canvas to refine; expected CONDITIONAL_MASKED, LEVENSHTEIN, INSERTION or"
                  + " MASKED_LANGUAGE_MODEL");
    };
  }

  private static RefinementMode of(RefinementStrategy strategy) {
    return switch (strategy) {
      case MASK_PREDICT -> MASK_PREDICT;
      case ITERATIVE_REFINEMENT -> ITERATIVE_REFINEMENT;
      case EASY_FIRST -> EASY_FIRST;
    };
  }

  /** Says whether canvases have a length from the start, and masks to fill. */
  boolean fillsMasks() {
    return this != LEVENSHTEIN && this != INSERTION;
  }

  /**
   * Returns the options that it reads.
   *
   * @param isGiven whether it fills the masks of a text that is given
   */
  Set<Option<?>> reads(boolean isGiven) {
    return switch (this) {
      case MASK_PREDICT, ITERATIVE_REFINEMENT -> ReadOptions.ofRuns(isGiven);
      case EASY_FIRST -> ReadOptions.ofEasyFirst(isGiven);
      case LEVENSHTEIN, INSERTION -> ReadOptions.ofEdits();
    };
  }

  /** Returns how many candidates there are at most. */
  int candidates(ParallelModel model, GenerationOptions options) {
    int canvases = canvases(model, options);
    return this == EASY_FIRST ? canvases * beams(options) : canvases;
  }

  /** Returns how many canvases are begun with; predicted lengths may coincide. */
  int canvases(ParallelModel model, GenerationOptions options) {
    if (fillsMasks() && model.family() != ParallelModel.Family.MASKED_LANGUAGE_MODEL) {
      return options.get(Option.LENGTH_BEAM).orElse(1);
    }
    return isSampling(options) ? options.get(Option.NUM_RETURN_SEQUENCES).orElse(1) : 1;
  }

  static int beams(GenerationOptions options) {
    return options.get(Option.NUM_BEAMS).orElse(1);
  }

  static boolean isSampling(GenerationOptions options) {
    return options.get(Option.DO_SAMPLE).orElse(false);
  }

  /** What the algorithm is called in messages. */
  @Override
  public String toString() {
    return title;
  }
}
