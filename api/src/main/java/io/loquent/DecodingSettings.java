package io.loquent;

/** The options that choose and steer decoding families. Stateless and thread-safe. */
final class DecodingSettings {

  private DecodingSettings() {}

  /** Chooses a family by the options that all of them set. */
  static GenerationOptions.Builder choose(boolean doSample, int numBeams) {
    return GenerationOptions.builder()
        .set(Option.DO_SAMPLE, doSample)
        .set(Option.NUM_BEAMS, numBeams)
        .off(Option.PENALTY_ALPHA)
        .off(Option.NUM_BEAM_GROUPS)
        .off(Option.FORCE_WORDS_IDS);
  }

  /** A copy with one more option. */
  static <T> GenerationOptions with(GenerationOptions settings, Option<T> option, T value) {
    return settings.toBuilder().set(option, value).build();
  }
}
