package io.loquent.runtime.encoder;

import io.loquent.Score;
import io.loquent.decoding.heads.LogitsCheck;
import io.loquent.decoding.heads.MaskedTokens;
import io.loquent.decoding.logits.LogProbabilities;
import io.loquent.encoder.EncoderTask;
import io.loquent.encoder.PseudoLogLikelihoodOptions;
import io.loquent.spi.TokenizedText;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/** Scores texts by masking each of their tokens in turn. Thread-safe until the model is closed. */
public final class PseudoLikelihood {

  /** Copies with masks that exist at a time; enough for full batches of short texts. */
  private static final int MOST_COPIES = 1024;

  private final EncoderContext context;
  private final MaskReader reader;

  /**
   * Creates the task.
   *
   * @param context the opened model
   */
  public PseudoLikelihood(EncoderContext context) {
    this.context = context;
    reader = new MaskReader(context);
  }

  /**
   * Scores texts.
   *
   * @param texts any texts
   * @param options what is masked with a token
   * @return for each text the log-probabilities of its tokens
   */
  public List<Score> score(List<String> texts, PseudoLogLikelihoodOptions options) {
    Mask mask = reader.mask(EncoderTask.PSEUDO_LOG_LIKELIHOOD);
    List<ClearestView> tokens = reader.tokens(texts, options);
    double[] logProbabilities = new double[tokens.size()];
    for (int from = 0; from < tokens.size(); from += MOST_COPIES) {
      int to = Math.min(tokens.size(), from + MOST_COPIES);
      score(tokens.subList(from, to), from, mask, options, logProbabilities);
    }
    List<List<Score.ScoredToken>> scored = new ArrayList<>();
    texts.forEach(text -> scored.add(new ArrayList<>()));
    for (int i = 0; i < logProbabilities.length; i++) {
      scored
          .get(tokens.get(i).window().text())
          .add(new Score.ScoredToken(id(tokens.get(i)), logProbabilities[i]));
    }
    List<Score> scores = new ArrayList<>();
    scored.forEach(ofText -> scores.add(new Score(ofText)));
    return scores;
  }

  private void score(
      List<ClearestView> tokens,
      int first,
      Mask mask,
      PseudoLogLikelihoodOptions options,
      double[] logProbabilities) {
    List<Window> copies = new ArrayList<>();
    for (int i = 0; i < tokens.size(); i++) {
      copies.add(new Window(i, 0, masked(tokens.get(i), mask, options.withinWordL2r())));
    }
    context
        .batches()
        .run(
            copies,
            Set.of(TaskDetection.LOGITS),
            options,
            copy -> tokens.get(copy).window().text(),
            (copy, outputs, row) -> {
              ClearestView token = tokens.get(copy.text());
              float[] logits = new float[(int) outputs.shape(TaskDetection.LOGITS)[2]];
              outputs.token(TaskDetection.LOGITS, row, token.token(), logits);
              LogitsCheck.check(logits, "vocabulary entry");
              logProbabilities[first + copy.text()] = LogProbabilities.at(logits, id(token));
            });
  }

  private static TokenizedText masked(ClearestView token, Mask mask, boolean withinWordL2r) {
    TokenizedText tokens = token.window().tokens();
    int[] words = IntStream.range(0, tokens.length()).map(tokens::word).toArray();
    int[] ids = tokens.ids();
    for (int hidden : MaskedTokens.hiddenFor(token.token(), words, withinWordL2r)) {
      ids[hidden] = mask.id();
    }
    return tokens.withIds(ids);
  }

  private static int id(ClearestView token) {
    return token.window().tokens().id(token.token());
  }
}
