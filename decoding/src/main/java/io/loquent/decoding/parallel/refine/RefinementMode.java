package io.loquent.decoding.parallel.refine;

import io.loquent.GenerationOptions;
import io.loquent.Option;
import io.loquent.RefinementStrategy;
import io.loquent.decoding.parallel.ParallelModel;

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
      case CONDITIONAL_MASKED ->
          of(options.get(Option.REFINEMENT).orElse(RefinementStrategy.MASK_PREDICT));
      case LEVENSHTEIN -> LEVENSHTEIN;
      case INSERTION -> INSERTION;
      case CTC, DIRECTED_ACYCLIC, MASKED_DIFFUSION ->
          throw new IllegalArgumentException(
              "a model of the family "
                  + model.family()
                  + " has no canvas to refine; expected CONDITIONAL_MASKED, LEVENSHTEIN or INSERTION");
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

  /** Returns how many candidates there are at most. */
  int candidates(GenerationOptions options) {
    int lengths = options.get(Option.LENGTH_BEAM).orElse(1);
    return switch (this) {
      case MASK_PREDICT, ITERATIVE_REFINEMENT -> lengths;
      case EASY_FIRST -> lengths * beams(options);
      case LEVENSHTEIN, INSERTION ->
          isSampling(options) ? options.get(Option.NUM_RETURN_SEQUENCES).orElse(1) : 1;
    };
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
