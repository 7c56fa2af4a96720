package io.loquent.decoding.parallel.ctc;

import io.loquent.decoding.ChosenToken;
import io.loquent.decoding.Hypothesis;
import io.loquent.decoding.Runs;
import io.loquent.decoding.SearchSetup;
import io.loquent.decoding.lm.NgramModel;
import io.loquent.decoding.parallel.ParallelModel;
import io.loquent.decoding.parallel.ParallelSearch;
import io.loquent.decoding.parallel.ParallelSetup;
import io.loquent.decoding.parallel.ScriptedCanvasModel;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Random;
import java.util.stream.IntStream;

/** Frames for tests, and what they say by definition. Token 0 is the blank. */
final class Frames {

  static final int BLANK = 0;

  private Frames() {}

  /** Draws {@code [frames][vocabulary]} logits. */
  static float[][] random(Random random, int frames, int vocabulary) {
    float[][] logits = new float[frames][vocabulary];
    for (float[] frame : logits) {
      for (int id = 0; id < vocabulary; id++) {
        frame[id] = (float) (2 * random.nextGaussian());
      }
    }
    return logits;
  }

  /** Makes frames that say tokens almost surely. */
  static float[][] saying(int vocabulary, int... tokens) {
    float[][] logits = new float[tokens.length][vocabulary];
    for (int frame = 0; frame < tokens.length; frame++) {
      logits[frame][tokens[frame]] = 12;
    }
    return logits;
  }

  static float[][] probabilities(double[]... rows) {
    float[][] logits = new float[rows.length][];
    for (int frame = 0; frame < rows.length; frame++) {
      logits[frame] = new float[rows[frame].length];
      for (int id = 0; id < rows[frame].length; id++) {
        logits[frame][id] = (float) Math.log(rows[frame][id]);
      }
    }
    return logits;
  }

  static ParallelModel model(int vocabulary, OptionalInt mask, OptionalDouble frameSeconds) {
    return new ParallelModel(
        ParallelModel.Family.CTC,
        vocabulary,
        mask,
        OptionalInt.empty(),
        OptionalInt.empty(),
        OptionalInt.of(BLANK),
        ParallelModel.LengthMode.SOURCE,
        0,
        1,
        false,
        0,
        OptionalInt.empty(),
        false,
        frameSeconds);
  }

  static ParallelSearch search(int vocabulary, Object... options) {
    return search(Runs.setup(vocabulary, new int[0], options), null, null);
  }

  static ParallelSearch search(
      SearchSetup setup, CtcVocabulary vocabulary, NgramModel languageModel) {
    ParallelModel model =
        model(setup.vocabularySize(), OptionalInt.empty(), OptionalDouble.empty());
    return CtcSearches.of(
        new ParallelSetup(setup, model, new int[0], null), vocabulary, languageModel);
  }

  static List<Hypothesis> decode(float[][] logits, Object... options) {
    return decode(logits, search(logits[0].length, options));
  }

  static List<Hypothesis> decode(float[][] logits, ParallelSearch search) {
    ScriptedCanvasModel model = ScriptedCanvasModel.run(script(logits), search);
    if (model.runs != 0) {
      throw new AssertionError("all is known after encode()");
    }
    return search.results();
  }

  /** A model whose rows have these frames. */
  static ScriptedCanvasModel.Script script(float[][]... rows) {
    return new ScriptedCanvasModel.Script() {
      @Override
      public float[] logits(int source, int[] canvas, int slot) {
        return rows[source][slot];
      }

      @Override
      public int frames(int source) {
        return rows[source].length;
      }
    };
  }

  static List<Integer> ids(Hypothesis hypothesis) {
    return hypothesis.tokens().stream().map(ChosenToken::id).toList();
  }

  static NgramModel languageModel(String text) {
    try (BufferedReader reader = new BufferedReader(new StringReader(text))) {
      return NgramModel.read(reader, "test");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A way in which frames say something. */
  @SuppressWarnings("ArrayRecordComponent") // Never compared.
  record Way(double logProbability, int[] path) {}

  /** What some ways say: all together and the best one. */
  record Saying(double logProbability, Way best) {}

  /** Enumerates all paths. */
  static Map<List<Integer>, Saying> byDefinition(float[][] logits) {
    Map<List<Integer>, List<Way>> ways = new HashMap<>();
    int vocabulary = logits[0].length;
    long paths = Math.round(Math.pow(vocabulary, logits.length));
    for (long number = 0; number < paths; number++) {
      int[] path = new int[logits.length];
      long rest = number;
      double sum = 0;
      for (int frame = 0; frame < path.length; frame++, rest /= vocabulary) {
        path[frame] = (int) (rest % vocabulary);
        sum += logProbability(logits[frame], path[frame]);
      }
      ways.computeIfAbsent(collapse(path), key -> new ArrayList<>()).add(new Way(sum, path));
    }
    Map<List<Integer>, Saying> sayings = new HashMap<>();
    ways.forEach(
        (tokens, all) -> {
          Way best = all.get(0);
          double sum = 0;
          for (Way way : all) {
            best = way.logProbability > best.logProbability ? way : best;
            sum += Math.exp(way.logProbability);
          }
          sayings.put(tokens, new Saying(Math.log(sum), best));
        });
    return sayings;
  }

  static double logProbability(float[] logits, int id) {
    double sum = 0;
    for (float logit : logits) {
      sum += Math.exp(logit);
    }
    return logits[id] - Math.log(sum);
  }

  static List<Integer> collapse(int... path) {
    return IntStream.range(0, path.length)
        .filter(frame -> path[frame] != BLANK)
        .filter(frame -> frame == 0 || path[frame] != path[frame - 1])
        .mapToObj(frame -> path[frame])
        .toList();
  }
}
