package io.loquent.runtime.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.platform.Fp16Conversions;
import io.loquent.decoding.logits.LogProbabilities;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The softmax that is added to a graph, against one in Java. */
final class SoftmaxOutputTest {

  /** A graph whose logits are its input, in the precision of a type. */
  private static byte[] model(int type) {
    TinyModel model =
        new TinyModel()
            .node(new NewNode("Cast", List.of("in"), "logits").with("to", type).message());
    model
        .graph()
        .text(Fields.GRAPH_NAME, "tiny")
        .message(Fields.GRAPH_INPUT, ValueInfo.anyShape("in", Fields.TYPE_FLOAT));
    return model.output("logits").model();
  }

  private static float[] run(byte[] model, float[] logits, long[] shape, long wanted)
      throws OrtException {
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    byte[] edited = SoftmaxOutput.add(model, "logits").model().orElseThrow();
    try (OrtSession session = environment.createSession(edited);
        OnnxTensor in = OnnxTensor.createTensor(environment, FloatBuffer.wrap(logits), shape);
        OnnxTensor isWanted =
            OnnxTensor.createTensor(
                environment, LongBuffer.wrap(new long[] {wanted}), new long[] {1});
        OrtSession.Result result =
            session.run(
                Map.of("in", in, SoftmaxOutput.WANTED, isWanted), Set.of(SoftmaxOutput.OUTPUT))) {
      OnnxTensor values = (OnnxTensor) result.get(SoftmaxOutput.OUTPUT).orElseThrow();
      return values.getFloatBuffer().array();
    }
  }

  private static double logSum(float[] logits, int start, int size) {
    double max = Double.NEGATIVE_INFINITY;
    for (int id = 0; id < size; id++) {
      max = Math.max(max, logits[start + id]);
    }
    double sum = 0;
    for (int id = 0; id < size; id++) {
      sum += Math.exp(logits[start + id] - max);
    }
    return max + Math.log(sum);
  }

  @ParameterizedTest
  @CsvSource({"1, 0.1", "1, 5", "1, 4000", "10, 0.1", "10, 5", "10, 4000"})
  void is_that_of_each_position_however_large_the_logits_are(int type, float spread)
      throws OrtException {
    Random random = new Random(type);
    for (int trial = 0; trial < 20; trial++) {
      int rows = 1 + random.nextInt(3);
      int positions = 1 + random.nextInt(3);
      int vocabulary = 1 + random.nextInt(60_000);
      float[] logits = new float[rows * positions * vocabulary];
      for (int i = 0; i < logits.length; i++) {
        logits[i] = logit(random, type, spread);
      }
      for (int start = 0; start < logits.length; start += vocabulary) {
        logits[start + random.nextInt(vocabulary)] = 2;
      }
      long[] shape =
          trial % 2 == 0
              ? new long[] {rows, positions, vocabulary}
              : new long[] {(long) rows * positions, vocabulary};
      float[] found = run(model(type), logits, shape, 1);
      assertThat(found).hasSameSizeAs(logits);
      for (int start = 0; start < logits.length; start += vocabulary) {
        checkPosition(found, logits, start, vocabulary);
      }
    }
  }

  /** A number that is exact in the precision of a type; some are negative infinity. */
  private static float logit(Random random, int type, float spread) {
    if (random.nextInt(9) == 0) {
      return Float.NEGATIVE_INFINITY;
    }
    float logit = (float) random.nextGaussian() * spread;
    return type == Fields.TYPE_FLOAT16
        ? Fp16Conversions.fp16ToFloat(Fp16Conversions.floatToFp16(logit))
        : logit;
  }

  private static void checkPosition(float[] found, float[] logits, int start, int vocabulary) {
    double logSum = logSum(logits, start, vocabulary);
    for (int id = 0; id < vocabulary; id += 1 + vocabulary / 50) {
      double expected = logits[start + id] - logSum;
      FloatBuffer all = FloatBuffer.wrap(found);
      all.position(start);
      double logProbability = LogProbabilities.ofSoftmax(all, vocabulary, id);
      if (expected < -80) {
        assertThat(logProbability).isLessThan(-79);
      } else {
        assertThat(logProbability).isCloseTo(expected, within(1e-6 + 1e-7 * Math.abs(expected)));
      }
    }
  }

  /** Equal terms, so that every addition in floats errs in the same direction. */
  @Test
  void is_precise_where_all_tokens_are_about_as_probable() throws OrtException {
    for (int vocabulary : new int[] {49_152, 151_936, 262_144}) {
      float[] logits = new float[vocabulary];
      Arrays.fill(logits, -0.1f);
      logits[7] = 0;
      float[] found = run(model(Fields.TYPE_FLOAT), logits, new long[] {1, vocabulary}, 1);
      checkPosition(found, logits, 0, vocabulary);
      assertThat(LogProbabilities.ofSoftmax(FloatBuffer.wrap(found), vocabulary, 7))
          .isCloseTo(-logSum(logits, 0, vocabulary), within(1e-6));
    }
  }

  @Test
  void is_not_computed_unless_it_is_wanted() throws OrtException {
    float[] logits = new float[1000];
    assertThat(run(model(Fields.TYPE_FLOAT), logits, new long[] {1, 1, 1000}, 0)).hasSize(1);
  }

  @Test
  void says_why_it_leaves_a_graph_alone() {
    GraphEdit edit = SoftmaxOutput.add(model(Fields.TYPE_FLOAT), "scores");
    assertThat(edit.model()).isEmpty();
    assertThat(edit.reason()).isEqualTo("no output 'scores' among [logits]");
  }

  @Test
  void adds_nothing_twice() {
    byte[] once = SoftmaxOutput.add(model(Fields.TYPE_FLOAT), "logits").model().orElseThrow();
    assertThat(SoftmaxOutput.add(once, "logits").model()).contains(once);
  }

  @Test
  void stands_beside_the_best_tokens() throws OrtException {
    byte[] ranking = BestTokensOutput.add(model(Fields.TYPE_FLOAT), "logits").model().orElseThrow();
    byte[] both = SoftmaxOutput.add(ranking, "logits").model().orElseThrow();
    try (OrtSession session = OrtEnvironment.getEnvironment().createSession(both)) {
      assertThat(session.getOutputNames())
          .containsExactly(
              "logits",
              BestTokensOutput.LOG_PROBABILITIES,
              BestTokensOutput.IDS,
              SoftmaxOutput.OUTPUT);
    }
  }
}
