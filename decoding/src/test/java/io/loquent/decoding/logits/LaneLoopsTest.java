package io.loquent.decoding.logits;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Runs twice: with the plain loops alone, and with the Vector API added. */
class LaneLoopsTest {

  private static final float IMPOSSIBLE = Float.NEGATIVE_INFINITY;
  private static final float[] SPECIAL = {
    IMPOSSIBLE,
    -Float.MAX_VALUE,
    -1e30f,
    -70,
    -0.0f,
    0.0f,
    Float.MIN_VALUE,
    -Float.MIN_VALUE,
    Float.MIN_NORMAL / 2,
    1e-20f
  };

  private final Random random = new Random(5);

  @Test
  void takes_the_vector_api_where_its_module_is() {
    boolean present = ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent();
    assertThat(LaneLoops.fastest().getClass().getSimpleName())
        .isEqualTo(present ? "VectorLaneLoops" : "PlainLaneLoops");
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 7, 8, 31, 33, 1000, 1023, 1024, 1025, 5003, 50_000})
  void gives_the_same_bits_as_scalar_arithmetic(int vocabulary) {
    for (double deviation : new double[] {1e-3, 3, 100}) {
      float[] scores = scores(vocabulary, deviation);
      float max = Math.max(0, scores[0]);
      for (float score : scores) {
        max = Math.max(max, score);
      }
      scores[vocabulary / 2] = max;
      float[] expected = new float[LaneLoops.LANES];
      for (int i = 0; i < vocabulary; i++) {
        expected[i % LaneLoops.LANES] += PlainLaneLoops.exponential(scores[i], max);
      }
      for (LaneLoops loops : new LaneLoops[] {new PlainLaneLoops(), LaneLoops.fastest()}) {
        float[] lanes = new float[LaneLoops.LANES];
        for (int from = 0; from < vocabulary; from += LaneLoops.LANES) {
          int count = Math.min(LaneLoops.LANES, vocabulary - from);
          loops.addExponentials(scores, from, count, max, lanes);
        }
        assertThat(bits(lanes)).isEqualTo(bits(expected));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 7, 8, 31, 33, 1000, 1023, 1024, 1025, 5003})
  void gives_the_same_highest_scores_as_scalar_arithmetic(int vocabulary) {
    for (float odd : new float[] {Float.NaN, Float.POSITIVE_INFINITY, IMPOSSIBLE, -0.0f}) {
      float[] scores = scores(vocabulary, 3);
      scores[random.nextInt(vocabulary)] = odd;
      float[] expected = new float[LaneLoops.LANES];
      Arrays.fill(expected, IMPOSSIBLE);
      for (int i = 0; i < vocabulary; i++) {
        int lane = i % LaneLoops.LANES;
        expected[lane] = Math.max(expected[lane], scores[i]);
      }
      for (LaneLoops loops : new LaneLoops[] {new PlainLaneLoops(), LaneLoops.fastest()}) {
        float[] lanes = new float[LaneLoops.LANES];
        Arrays.fill(lanes, IMPOSSIBLE);
        for (int from = 0; from < vocabulary; from += LaneLoops.LANES) {
          loops.raise(scores, from, Math.min(LaneLoops.LANES, vocabulary - from), lanes);
        }
        assertThat(bits(lanes)).isEqualTo(bits(expected));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 50, 1023, 1025, 49_152})
  void whole_passes_give_the_same_bits(int size) {
    float[] scores = scores(60_000, 3);
    Lanes plain = new Lanes(new PlainLaneLoops());
    Lanes fastest = new Lanes(LaneLoops.fastest());
    float[] highest = new float[LaneLoops.LANES];
    float max = plain.max(scores, size, highest);
    assertThat(fastest.max(scores, size, highest)).isEqualTo(max);
    assertThat(fastest.sumOfExponentials(scores, size, max))
        .isEqualTo(plain.sumOfExponentials(scores, size, max));
    int first = Lanes.firstOf(scores, size, max, highest);
    assertThat(scores[first]).isEqualTo(max);
    for (int i = 0; i < first; i++) {
      assertThat(scores[i]).isLessThan(max);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 50, 1023, 1025, 49_152})
  void sums_of_numbers_in_a_buffer_give_the_same_bits(int size) {
    float[] numbers = new float[size + 3];
    double expected = 0;
    for (int i = 0; i < size; i++) {
      numbers[i + 3] = random.nextFloat();
      expected += numbers[i + 3];
    }
    FloatBuffer buffer = FloatBuffer.wrap(numbers);
    double sum = new Lanes(new PlainLaneLoops()).sum(buffer, 3, size);
    assertThat(new Lanes(LaneLoops.fastest()).sum(buffer, 3, size)).isEqualTo(sum);
    assertThat(sum / expected).isCloseTo(1, within(1e-7));
  }

  @Test
  void an_exponential_is_right_to_its_last_digits() {
    assertThat(PlainLaneLoops.exponential(3, 3)).isEqualTo(1);
    for (int i = 0; i < 100_000; i++) {
      float distance = -20 * random.nextFloat();
      double ratio = PlainLaneLoops.exponential(distance, 0) / Math.exp(distance);
      // The distance times log2(e) is a float, too.
      assertThat(ratio).isCloseTo(1, within(2e-7 + 1e-7 * -distance));
    }
  }

  @ParameterizedTest
  @ValueSource(doubles = {1e-3, 1, 4, 30})
  void sums_agree_with_those_in_double_precision(double deviation) {
    float[] scores = new float[152_064];
    for (int i = 0; i < scores.length; i++) {
      scores[i] = (float) (random.nextGaussian() * deviation);
    }
    Lanes lanes = new Lanes(LaneLoops.fastest());
    float max = lanes.max(scores);
    double expected = 0;
    for (float score : scores) {
      expected += Math.exp((double) score - max);
    }
    double logSum = Math.log(lanes.sumOfExponentials(scores, max));
    assertThat(logSum).isCloseTo(Math.log(expected), within(3e-7));
  }

  private float[] scores(int vocabulary, double deviation) {
    float[] scores = new float[vocabulary];
    for (int i = 0; i < vocabulary; i++) {
      scores[i] =
          random.nextInt(20) == 0
              ? SPECIAL[random.nextInt(SPECIAL.length)]
              : (float) (random.nextGaussian() * deviation);
    }
    return scores;
  }

  /** Negative zero is not zero here. */
  private static int[] bits(float[] values) {
    int[] bits = new int[values.length];
    for (int i = 0; i < values.length; i++) {
      bits[i] = Float.floatToIntBits(values[i]);
    }
    return bits;
  }
}
