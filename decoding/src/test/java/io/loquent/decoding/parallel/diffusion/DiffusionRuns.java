package io.loquent.decoding.parallel.diffusion;

import io.loquent.GenerationRequest;
import io.loquent.decoding.Hypothesis;
import io.loquent.decoding.Runs;
import io.loquent.decoding.SearchSetup;
import io.loquent.decoding.parallel.ParallelModel;
import io.loquent.decoding.parallel.ParallelModel.Family;
import io.loquent.decoding.parallel.ParallelModel.LengthMode;
import io.loquent.decoding.parallel.ParallelSearch;
import io.loquent.decoding.parallel.ParallelSetup;
import io.loquent.decoding.parallel.ScriptedCanvasModel;
import io.loquent.decoding.parallel.ScriptedCanvasModel.Script;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;
import java.util.function.UnaryOperator;

/** Sets masked diffusion up, whose mask is the last token of the vocabulary. */
final class DiffusionRuns {

  static final float NEVER = Float.NEGATIVE_INFINITY;

  private DiffusionRuns() {}

  static ParallelModel model(int vocabulary, int shift, boolean hasCache) {
    return new ParallelModel(
        Family.MASKED_DIFFUSION,
        vocabulary,
        OptionalInt.of(vocabulary - 1),
        OptionalInt.empty(),
        OptionalInt.empty(),
        OptionalInt.empty(),
        LengthMode.OPTION,
        0,
        1,
        false,
        shift,
        OptionalInt.empty(),
        hasCache);
  }

  static ParallelSearch search(int vocabulary, int[] prompt, Object... options) {
    return search(model(vocabulary, 0, true), prompt, options);
  }

  static ParallelSearch search(ParallelModel model, int[] prompt, Object... options) {
    return of(model, Runs.setup(model.vocabularySize(), prompt, options));
  }

  static ParallelSearch search(
      int vocabulary,
      int[] prompt,
      UnaryOperator<GenerationRequest.Builder> edit,
      Object... options) {
    return of(model(vocabulary, 0, true), Runs.setup(vocabulary, prompt, null, edit, options));
  }

  static ParallelSearch of(ParallelModel model, SearchSetup search) {
    return DiffusionSearches.of(new ParallelSetup(search, model, new int[0], null));
  }

  static List<Integer> ids(Script script, ParallelSearch search) {
    ScriptedCanvasModel.run(script, search);
    return Runs.ids(first(search));
  }

  static Hypothesis first(ParallelSearch search) {
    return search.results().get(0);
  }

  /** Logits that depend on all of the canvas, the slot and a salt. */
  static Script restless(int vocabulary, long salt) {
    return (source, canvas, slot) -> noise(vocabulary, hash(canvas, canvas.length, slot, salt));
  }

  /** Logits that depend on what is before the slot only. */
  static Script causal(int vocabulary, long salt) {
    return (source, canvas, slot) -> noise(vocabulary, hash(canvas, slot, slot, salt));
  }

  static long hash(int[] tokens, int count, int slot, long salt) {
    long hash = salt * 31 + slot;
    for (int i = 0; i < count; i++) {
      hash = hash * 1_000_003 + tokens[i] + 1;
    }
    return hash;
  }

  static float[] noise(int vocabulary, long seed) {
    Random random = new Random(seed);
    float[] logits = new float[vocabulary];
    for (int id = 0; id < vocabulary; id++) {
      logits[id] = (float) (2 * random.nextGaussian());
    }
    return logits;
  }

  /** Log-probabilities, of which the last, the mask's, is the highest: it must be passed over. */
  static float[] logs(double... probabilities) {
    float[] logits = new float[probabilities.length + 1];
    for (int id = 0; id < probabilities.length; id++) {
      logits[id] = (float) Math.log(probabilities[id]);
    }
    logits[probabilities.length] = 9;
    return logits;
  }
}
