package io.loquent.decoding.parallel.ctc;

import io.loquent.GenerationOptions;
import io.loquent.InvalidRequestException;
import io.loquent.Option;
import io.loquent.decoding.SearchSetup;
import io.loquent.decoding.lm.NgramModel;
import io.loquent.decoding.parallel.ctc.BeamSettings.Pruning;
import java.util.List;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/** Makes the decoder that options ask for. Stateless and thread-safe. */
final class CtcDecoders {

  private static final double NO_PRUNING = Double.NEGATIVE_INFINITY;

  private CtcDecoders() {}

  /**
   * Makes a decoder.
   *
   * @param blank the blank
   * @param frameSeconds how long a frame is
   * @param vocabulary null if it is not known what tokens write
   * @param model null for none
   * @param prunesHistory whether only the best of the prefixes with the same future is kept
   * @throws InvalidRequestException if something is missing for what the options ask for
   */
  static FrameDecoder of(
      SearchSetup setup,
      int blank,
      OptionalDouble frameSeconds,
      @Nullable CtcVocabulary vocabulary,
      @Nullable NgramModel model,
      boolean prunesHistory) {
    GenerationOptions options = setup.options();
    int beams = options.get(Option.NUM_BEAMS).orElse(1);
    if (beams == 1) {
      return new GreedyDecoder(blank, frameSeconds);
    }
    Pruning pruning =
        new Pruning(
            options.isOff(Option.BEAM_PRUNE_LOGP)
                ? NO_PRUNING
                : options.get(Option.BEAM_PRUNE_LOGP).orElse(-10.0),
            options.isOff(Option.TOKEN_MIN_LOGP)
                ? NO_PRUNING
                : options.get(Option.TOKEN_MIN_LOGP).orElse(-5.0),
            prunesHistory);
    BeamSettings settings =
        new BeamSettings(
            beams,
            options.get(Option.NUM_RETURN_SEQUENCES).orElse(1),
            scorer(options, vocabulary, model, prunesHistory),
            pruning);
    return new PrefixBeamDecoder(settings, setup.vocabularySize(), blank, frameSeconds);
  }

  private static @Nullable PrefixScorer scorer(
      GenerationOptions options,
      @Nullable CtcVocabulary vocabulary,
      @Nullable NgramModel model,
      boolean prunesHistory) {
    List<String> hotwords = options.get(Option.HOTWORDS).orElse(List.of());
    if (model == null && hotwords.isEmpty() && !prunesHistory) {
      return null;
    }
    if (vocabulary == null) {
      throw new InvalidRequestException(
          (model == null ? Option.HOTWORDS : Option.LANGUAGE_MODEL)
              + " is set, but the model has no tokenizer that says what its tokens write; add its"
              + " tokenizer.json or vocab.json, or leave the option out");
    }
    if (model != null && !vocabulary.hasWords() && !PrefixScorer.isTokenLevel(model, vocabulary)) {
      throw new InvalidRequestException(
          "language_model is a model of words that are not tokens, but the vocabulary has no token"
              + " between words (\"|\" or a space) and none that begins with \"\u2581\"; use a language"
              + " model of the vocabulary's tokens");
    }
    return new PrefixScorer(
        vocabulary,
        model,
        options.get(Option.LM_ALPHA).orElse(0.5),
        options.get(Option.LM_BETA).orElse(1.5),
        hotwords.isEmpty()
            ? null
            : new Hotwords(
                Hotwords.units(hotwords, vocabulary),
                options.get(Option.HOTWORD_WEIGHT).orElse(10.0)));
  }
}
