package io.loquent.decoding.parallel.refine;

import io.loquent.GenerationOptions;
import io.loquent.GenerationRequest;
import io.loquent.decoding.ChosenToken;
import io.loquent.decoding.Hypothesis;
import io.loquent.decoding.Runs;
import io.loquent.decoding.SearchPrompt;
import io.loquent.decoding.SearchSetup;
import io.loquent.decoding.parallel.ParallelModel;
import io.loquent.decoding.parallel.ParallelModel.Family;
import io.loquent.decoding.parallel.ParallelModel.LengthMode;
import io.loquent.decoding.parallel.ParallelSearch;
import io.loquent.decoding.parallel.ParallelSetup;
import io.loquent.decoding.parallel.Reranker;
import io.loquent.decoding.parallel.ScriptedCanvasModel;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;

/** Sets refinement up over a vocabulary of four special tokens and three others. */
final class Refining {

  static final int PAD = 0;
  static final int BEGIN = 1;
  static final int END = 2;
  static final int MASK = 3;
  static final int A = 4;
  static final int B = 5;
  static final int C = 6;
  static final int VOCABULARY = 7;

  private Refining() {}

  static ParallelModel model(
      Family family, LengthMode mode, int lengthOffset, double upsample, boolean hasEnds) {
    return new ParallelModel(
        family,
        VOCABULARY,
        OptionalInt.of(MASK),
        OptionalInt.of(BEGIN),
        OptionalInt.of(END),
        OptionalInt.empty(),
        mode,
        lengthOffset,
        upsample,
        hasEnds,
        0,
        OptionalInt.empty(),
        false);
  }

  /** Canvases without ends, as long as the first length class that is best. */
  static final ParallelModel MASKED =
      model(Family.CONDITIONAL_MASKED, LengthMode.CLASSES, 0, 1, false);

  static final ParallelModel LEVENSHTEIN = model(Family.LEVENSHTEIN, LengthMode.OPTION, 0, 1, true);

  static final ParallelModel INSERTION = model(Family.INSERTION, LengthMode.OPTION, 0, 1, true);

  static GenerationOptions options(Object... namesAndValues) {
    return Runs.options(namesAndValues);
  }

  static ParallelSearch search(ParallelModel model, Object... namesAndValues) {
    return search(model, null, namesAndValues);
  }

  static ParallelSearch search(ParallelModel model, Reranker reranker, Object... namesAndValues) {
    return RefinementSearches.of(
        setup(model, reranker, request -> request, GenerationOptions.none(), namesAndValues));
  }

  /** A setup with options of the request, and others below them. */
  static ParallelSetup setup(
      ParallelModel model,
      Reranker reranker,
      UnaryOperator<GenerationRequest.Builder> edit,
      GenerationOptions defaults,
      Object... namesAndValues) {
    int[] source = {A, B, C};
    GenerationOptions options = options(namesAndValues);
    GenerationRequest request =
        edit.apply(GenerationRequest.tokens(source).options(options)).build();
    GenerationOptions effective =
        options.orElse(defaults).orElse(options("pad_token_id", PAD, "eos_token_id", END));
    SearchSetup search =
        new SearchSetup(
            request,
            effective,
            new SearchPrompt(new int[0], source, Integer.MAX_VALUE),
            VOCABULARY,
            null,
            effective.get(io.loquent.Option.SEED).orElse(0L));
    return new ParallelSetup(search, model, source, reranker);
  }

  static List<Hypothesis> run(ScriptedCanvasModel.Script script, ParallelSearch search) {
    ScriptedCanvasModel.run(script, search);
    return search.results();
  }

  static List<Integer> ids(Hypothesis hypothesis) {
    return hypothesis.tokens().stream().map(ChosenToken::id).toList();
  }

  /**
   * Logits by which {@code id} has a probability among A, B and C; the special ones are likelier.
   */
  static float[] likely(int id, double probability) {
    float[] logits = new float[VOCABULARY];
    Arrays.fill(logits, 0, A, 9);
    logits[END] = -30;
    Arrays.fill(logits, A, VOCABULARY, (float) Math.log((1 - probability) / 2));
    logits[id] = (float) Math.log(probability);
    return logits;
  }

  /**
   * Logits that are a function of all that is given, with few different values: ties are common.
   */
  static float[] arbitrary(int size, int values, int[] canvas, int... key) {
    SplittableRandom random =
        new SplittableRandom(31L * Arrays.hashCode(canvas) + 1_000_003L * Arrays.hashCode(key));
    float[] logits = new float[size];
    for (int i = 0; i < size; i++) {
      logits[i] = random.nextInt(values) * 0.5f;
    }
    return logits;
  }
}
