package io.loquent.runtime.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import com.google.common.primitives.Floats;
import com.google.common.primitives.Longs;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The ranking that is added to a graph, against a ranking in Java. */
final class BestTokensOutputTest {

  private static final int TYPE_FLOAT16 = 10;

  /** A graph whose logits are its input, in the precision of a type. */
  private static byte[] model(int type) {
    TinyModel model =
        new TinyModel()
            .node(new NewNode("Cast", List.of("in"), "logits").with("to", type).message());
    model
        .graph()
        .text(Fields.GRAPH_NAME, "tiny")
        .message(Fields.GRAPH_INPUT, ValueInfo.untyped("in").message(2, floats()));
    return model.output("logits").model();
  }

  private static MessageWriter floats() {
    return new MessageWriter()
        .message(
            Fields.TYPE_TENSOR,
            new MessageWriter().integer(Fields.TENSOR_TYPE_ELEMENT, Fields.TYPE_FLOAT));
  }

  /** What the graph says about rows of logits. */
  private record Ranked(List<Float> logProbabilities, List<Long> ids) {}

  private static Ranked rank(byte[] model, float[][] rows, int count, boolean withPositions)
      throws OrtException {
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    byte[] edited = BestTokensOutput.add(model, "logits").model().orElseThrow();
    int vocabulary = rows[0].length;
    FloatBuffer logits = FloatBuffer.allocate(rows.length * vocabulary);
    for (float[] row : rows) {
      logits.put(row);
    }
    logits.flip();
    long[] shape =
        withPositions
            ? new long[] {rows.length, 1, vocabulary}
            : new long[] {rows.length, vocabulary};
    try (OrtSession session = environment.createSession(edited);
        OnnxTensor in = OnnxTensor.createTensor(environment, logits, shape);
        OnnxTensor k =
            OnnxTensor.createTensor(
                environment, LongBuffer.wrap(new long[] {count}), new long[] {1});
        OrtSession.Result result =
            session.run(
                Map.of("in", in, BestTokensOutput.COUNT, k),
                Set.of(BestTokensOutput.LOG_PROBABILITIES, BestTokensOutput.IDS))) {
      OnnxTensor values = (OnnxTensor) result.get(BestTokensOutput.LOG_PROBABILITIES).orElseThrow();
      OnnxTensor ids = (OnnxTensor) result.get(BestTokensOutput.IDS).orElseThrow();
      return new Ranked(
          Floats.asList(values.getFloatBuffer().array()),
          Longs.asList(ids.getLongBuffer().array()));
    }
  }

  private static List<Integer> ordered(float[] row) {
    List<Integer> ids = new ArrayList<>();
    for (int id = 0; id < row.length; id++) {
      ids.add(id);
    }
    ids.sort(Comparator.comparingDouble(id -> -row[id]));
    return ids;
  }

  private static double logSum(float[] row) {
    double sum = 0;
    for (float logit : row) {
      sum += Math.exp(logit);
    }
    return Math.log(sum);
  }

  @ParameterizedTest
  @ValueSource(ints = {Fields.TYPE_FLOAT, TYPE_FLOAT16})
  void ranks_as_a_sort_does_and_puts_the_lower_id_first_among_equals(int type) throws OrtException {
    Random random = new Random(type);
    for (int trial = 0; trial < 60; trial++) {
      int vocabulary = 10 + random.nextInt(3000);
      float[][] rows = new float[1 + random.nextInt(4)][vocabulary];
      for (float[] row : rows) {
        for (int id = 0; id < vocabulary; id++) {
          // Few different numbers, all of them exact in half precision too.
          row[id] = random.nextInt(8) == 0 ? Float.NEGATIVE_INFINITY : random.nextInt(40) / 4f;
        }
        row[random.nextInt(vocabulary)] = 3;
      }
      int count = 1 + random.nextInt(Math.min(vocabulary, 40));
      Ranked ranked = rank(model(type), rows, count, trial % 2 == 0);
      assertThat(ranked.ids()).hasSize(rows.length * count);
      for (int row = 0; row < rows.length; row++) {
        List<Integer> expected = ordered(rows[row]);
        for (int rank = 0; rank < count; rank++) {
          int place = row * count + rank;
          float logit = rows[row][expected.get(rank)];
          if (logit == Float.NEGATIVE_INFINITY) {
            assertThat(ranked.logProbabilities().get(place)).isEqualTo(Float.NEGATIVE_INFINITY);
          } else {
            assertThat(ranked.ids().get(place)).isEqualTo((long) expected.get(rank));
            assertThat(ranked.logProbabilities().get(place).doubleValue())
                .isCloseTo(logit - logSum(rows[row]), within(1e-5));
          }
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY})
  void shows_a_logit_that_is_no_number_wherever_it_is(float wrong) throws OrtException {
    Random random = new Random(3);
    for (int trial = 0; trial < 40; trial++) {
      float[] row = new float[1000];
      for (int id = 0; id < row.length; id++) {
        row[id] = random.nextFloat();
      }
      row[random.nextInt(row.length)] = wrong;
      Ranked ranked = rank(model(Fields.TYPE_FLOAT), new float[][] {row}, 4, true);
      assertThat(ranked.logProbabilities()).contains(Float.NaN);
    }
  }

  @Test
  void ranks_nothing_when_nothing_is_wanted() throws OrtException {
    Ranked ranked = rank(model(Fields.TYPE_FLOAT), new float[][] {{1, 2, 3}}, 0, true);
    assertThat(ranked.logProbabilities()).isEmpty();
    assertThat(ranked.ids()).isEmpty();
  }

  @Test
  void says_why_it_leaves_a_graph_alone() {
    GraphEdit edit = BestTokensOutput.add(model(Fields.TYPE_FLOAT), "scores");
    assertThat(edit.model()).isEmpty();
    assertThat(edit.reason()).isEqualTo("no output 'scores' among [logits]");
  }

  @Test
  void adds_nothing_twice() {
    byte[] once = BestTokensOutput.add(model(Fields.TYPE_FLOAT), "logits").model().orElseThrow();
    assertThat(BestTokensOutput.add(once, "logits").model()).contains(once);
  }
}
