package io.loquent.runtime.model;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnxruntime.OnnxJavaType;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Rows of which only the differing positions move are what they are if they move whole. */
final class CommonPrefixesTest {

  private static final int HEADS = 3;
  private static final int CAPACITY = 40;
  private static final int WIDTH = 2;

  /** A cache {@code [rows, heads, capacity, width]} beside what its rows should hold. */
  private static final class Cache {
    private final NativeBuffers buffers = new NativeBuffers(1 << 20);
    private final CommonPrefixes prefixes = new CommonPrefixes(1);
    private final RowTensor tensor =
        new RowTensor(buffers, OnnxJavaType.FLOAT, 0, 1, HEADS, CAPACITY, WIDTH);
    private List<List<Float>> rows = new ArrayList<>(List.of(new ArrayList<>()));

    /** Each row gets one more position, of a number of its own. */
    void append(Random random) {
      for (int row = 0; row < rows.size(); row++) {
        float number = random.nextInt(1000);
        for (int head = 0; head < HEADS; head++) {
          for (int i = 0; i < WIDTH; i++) {
            int place = ((row * HEADS + head) * CAPACITY + rows.get(row).size()) * WIDTH + i;
            tensor.memory().putFloat(place * Float.BYTES, number + head);
          }
        }
        rows.get(row).add(number);
      }
    }

    void gather(int[] parents) {
      int[] lengths = rows.stream().mapToInt(List::size).toArray();
      int[] kept = prefixes.kept(parents, parents.length);
      tensor.gather(parents, parents.length, 2, kept, lengths);
      prefixes.gather(parents, parents.length, lengths);
      List<List<Float>> next = new ArrayList<>();
      for (int parent : parents) {
        next.add(new ArrayList<>(rows.get(parent)));
      }
      rows = next;
    }

    void check() {
      for (int row = 0; row < rows.size(); row++) {
        for (int head = 0; head < HEADS; head++) {
          for (int position = 0; position < rows.get(row).size(); position++) {
            for (int i = 0; i < WIDTH; i++) {
              int place = ((row * HEADS + head) * CAPACITY + position) * WIDTH + i;
              assertThat(tensor.memory().getFloat(place * Float.BYTES))
                  .isEqualTo(rows.get(row).get(position) + head);
            }
          }
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4})
  void whatever_rows_do_each_holds_its_own_past(int seed) {
    Random random = new Random(seed);
    Cache cache = new Cache();
    for (int step = 0; step < CAPACITY; step++) {
      cache.append(random);
      cache.check();
      int present = cache.rows.size();
      int count = step < 5 ? 1 + random.nextInt(6) : Math.max(1, present - random.nextInt(10) / 9);
      int[] parents = random.ints(count, 0, present).toArray();
      for (int row = 0; row < count && random.nextInt(3) > 0; row++) {
        // Beams that go on where they are.
        parents[row] = Math.min(row, present - 1);
      }
      cache.gather(parents);
      cache.check();
    }
    cache.tensor.close();
    assertThat(cache.buffers.lent()).isZero();
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 5})
  void rows_of_one_parent_have_all_of_its_positions_in_common_and_lose_them_together(int length) {
    CommonPrefixes prefixes = new CommonPrefixes(1);
    prefixes.gather(new int[] {0, 0, 0}, 3, new int[] {length});
    assertThat(prefixes.kept(new int[] {0, 0, 1}, 3)).containsOnly(length);
    prefixes.dropFirst(3);
    assertThat(prefixes.kept(new int[] {1, 0, 0}, 3)).containsOnly(Math.max(0, length - 3));
    prefixes.forget(4);
    assertThat(prefixes.kept(new int[] {1, 0, 0, 0}, 4)).containsOnly(0);
  }
}
