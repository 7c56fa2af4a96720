package io.loquent.decoding.logits;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.HashSet;
import java.util.Set;
import java.util.function.IntToDoubleFunction;
import org.junit.jupiter.api.Test;

class CounterRandomTest {

  private static final int DRAWS = 200_000;

  /** With 255 degrees of freedom a fair generator stays below this 9999 times out of 10000. */
  private static final double CHI_SQUARE_LIMIT = 347;

  @Test
  void gives_the_same_numbers_in_every_version() {
    assertThat(CounterRandom.uniform(0, 0, 0, 0)).isEqualTo(0.1296456182997474);
    assertThat(CounterRandom.uniform(42, 1, 2, 3)).isEqualTo(0.37497423864466406);
    assertThat(CounterRandom.uniform(-1, 0, 1000, CounterRandom.XTC)).isEqualTo(0.9851958855887327);
    assertThat(CounterRandom.uniform(Long.MAX_VALUE, 4095, Integer.MAX_VALUE, 1 << 16))
        .isEqualTo(0.5987508888369142);
  }

  @Test
  void is_uniform_along_every_part_of_the_key() {
    assertUniform(i -> CounterRandom.uniform(i, 0, 0, 0));
    assertUniform(i -> CounterRandom.uniform(7, i, 0, 0));
    assertUniform(i -> CounterRandom.uniform(7, 0, i, 0));
    assertUniform(i -> CounterRandom.uniform(7, 0, 0, i));
  }

  @Test
  void draws_neighbouring_keys_independently() {
    assertIndependent(
        i -> CounterRandom.uniform(7, 0, i, 0), i -> CounterRandom.uniform(7, 0, i + 1, 0));
    assertIndependent(
        i -> CounterRandom.uniform(7, 0, i, 0), i -> CounterRandom.uniform(8, 0, i, 0));
    assertIndependent(
        i -> CounterRandom.uniform(7, 0, i, 0), i -> CounterRandom.uniform(7, 1, i, 0));
    assertIndependent(
        i -> CounterRandom.uniform(7, 0, i, 0), i -> CounterRandom.uniform(7, 0, i, 1));
    assertIndependent(
        i -> CounterRandom.uniform(7, 1, i, 0), i -> CounterRandom.uniform(7, 0, i, 1));
  }

  @Test
  void gives_the_tokens_of_a_key_independent_numbers() {
    for (int position = 0; position < 20; position++) {
      long key = CounterRandom.key(7, 0, position, CounterRandom.TOKEN);
      long next = CounterRandom.key(7, 0, position + 1, CounterRandom.TOKEN);
      assertUniform(id -> ofToken(key, id));
      assertIndependent(id -> ofToken(key, id), id -> ofToken(key, id + 1));
      assertIndependent(id -> ofToken(key, id), id -> ofToken(key, id + 1024));
      assertIndependent(id -> ofToken(key, id), id -> ofToken(next, id));
    }
  }

  @Test
  void gives_neighbouring_tokens_the_same_numbers_at_once() {
    long key = CounterRandom.key(7, 0, 3, CounterRandom.TOKEN);
    long[] bits = new long[CounterRandom.MOST_NEIGHBOURS];
    CounterRandom.bits(key, 5000, bits.length, bits);
    for (int i = 0; i < bits.length; i++) {
      assertThat(bits[i]).isEqualTo(CounterRandom.bits(key, 5000 + i));
    }
  }

  /** What decides most draws is which tokens have the lowest numbers. */
  @Test
  void spreads_low_numbers_evenly_over_ids_and_keys() {
    int[] cells = new int[256];
    int low = 0;
    for (int position = 0; position < 400; position++) {
      long key = CounterRandom.key(3, 1, position, CounterRandom.TOKEN);
      for (int id = 0; id < 32_768; id++) {
        if (ofToken(key, id) < 1.0 / 64) {
          cells[id / 128]++;
          low++;
        }
      }
    }
    assertThat(low / (400 * 32_768 / 64.0)).isCloseTo(1, within(0.01));
    assertThat(chiSquare(cells, low)).isLessThan(CHI_SQUARE_LIMIT);
  }

  private static double ofToken(long key, int id) {
    return CounterRandom.bits(key, id) * 0x1p-53;
  }

  @Test
  void does_not_confuse_the_parts_of_the_key() {
    Set<Double> numbers = new HashSet<>();
    for (int seed = 0; seed < 10; seed++) {
      for (int row = 0; row < 10; row++) {
        for (int position = 0; position < 10; position++) {
          for (int stream = 0; stream < 10; stream++) {
            numbers.add(CounterRandom.uniform(seed, row, position, stream));
          }
        }
      }
    }
    assertThat(numbers).hasSize(10_000);
  }

  private static void assertUniform(IntToDoubleFunction draw) {
    int[] cells = new int[256];
    double sum = 0;
    for (int i = 0; i < DRAWS; i++) {
      double number = draw.applyAsDouble(i);
      assertThat(number).isGreaterThanOrEqualTo(0).isLessThan(1);
      sum += number;
      cells[(int) (number * 256)]++;
    }
    assertThat(sum / DRAWS).isCloseTo(0.5, within(0.003));
    assertThat(chiSquare(cells, DRAWS)).isLessThan(CHI_SQUARE_LIMIT);
  }

  /** Pairs fall evenly into the cells of a square. */
  private static void assertIndependent(IntToDoubleFunction first, IntToDoubleFunction second) {
    int[] cells = new int[256];
    for (int i = 0; i < DRAWS; i++) {
      int column = (int) (first.applyAsDouble(i) * 16);
      int row = (int) (second.applyAsDouble(i) * 16);
      cells[16 * row + column]++;
    }
    assertThat(chiSquare(cells, DRAWS)).isLessThan(CHI_SQUARE_LIMIT);
  }

  private static double chiSquare(int[] cells, int draws) {
    double expected = (double) draws / cells.length;
    double sum = 0;
    for (int count : cells) {
      sum += (count - expected) * (count - expected) / expected;
    }
    return sum;
  }
}
