package io.loquent.decoding.search;

import io.loquent.GenerationOptions;
import io.loquent.Option;

/** Which search a set of options asks for. */
enum SearchMode {
  GREEDY,
  SAMPLING,
  CONTRASTIVE,
  BEAM,
  BEAM_SAMPLING,
  GROUP_BEAM,
  CONSTRAINED_BEAM;

  /** Hugging Face's {@code top_k} where nothing sets it. */
  private static final int DEFAULT_TOP_K = 50;

  /** Decides as Hugging Face {@code GenerationConfig.get_generation_mode}. */
  static SearchMode of(GenerationOptions options) {
    boolean sampling = options.get(Option.DO_SAMPLE).orElse(false);
    if (options.get(Option.FORCE_WORDS_IDS).isPresent()) {
      return CONSTRAINED_BEAM;
    }
    if (options.get(Option.NUM_BEAMS).orElse(1) == 1) {
      if (sampling) {
        return SAMPLING;
      }
      boolean contrastive = topK(options) > 1 && options.get(Option.PENALTY_ALPHA).orElse(0.0) > 0;
      return contrastive ? CONTRASTIVE : GREEDY;
    }
    if (options.get(Option.NUM_BEAM_GROUPS).orElse(1) > 1) {
      return GROUP_BEAM;
    }
    return sampling ? BEAM_SAMPLING : BEAM;
  }

  /** Returns how many candidates contrastive search compares; 0 if {@code top_k} is off. */
  static int topK(GenerationOptions options) {
    return options.get(Option.TOP_K).orElse(options.isOff(Option.TOP_K) ? 0 : DEFAULT_TOP_K);
  }

  boolean usesBeams() {
    return this != GREEDY && this != SAMPLING && this != CONTRASTIVE;
  }
}
