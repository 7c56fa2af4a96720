package io.loquent.decoding.speculation;

import static org.assertj.core.api.Assertions.assertThat;

import io.loquent.decoding.DraftLength;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class AdaptivePathsTest {

  private static final int PATHS = 4;
  private static final int LENGTH = 3;

  /** A model whose runs take more time for each further row. */
  private static final class World {
    final Random random = new Random(2);
    final PathMeasurements known = new PathMeasurements();
    final boolean[] wereSeveral = new boolean[4000];
    double acceptanceOfOne = 0.5;
    double acceptanceOfSeveral = 0.5;
    double perRow;

    /** Returns in which part of the rounds there were several paths. */
    double run(int from, int rounds, int sequences) {
      DraftLength length =
          new AdaptivePaths(DraftLength.fixed(LENGTH), DraftLength.fixed(LENGTH), PATHS, known);
      int several = 0;
      for (int round = from; round < from + rounds; round++) {
        assertThat(length.next()).isEqualTo(LENGTH);
        boolean isSeveral = length.paths() == PATHS;
        wereSeveral[round] = isSeveral;
        several += isSeveral ? 1 : 0;
        length.drafted(LENGTH, 1000);
        length.ran(LENGTH + 1, (long) (1e5 * (1 + perRow * (length.paths() - 1))));
        for (int i = 0; i < sequences; i++) {
          double acceptance = isSeveral ? acceptanceOfSeveral : acceptanceOfOne;
          int right = 0;
          while (right < LENGTH && random.nextDouble() < acceptance) {
            right++;
          }
          length.verified(LENGTH, right);
        }
      }
      return (double) several / rounds;
    }
  }

  @Test
  void rows_that_cost_nothing_are_used_where_they_bring_something() {
    World world = new World();
    world.acceptanceOfSeveral = 0.8;
    world.perRow = 0.01;
    assertThat(world.run(0, 2000, 1)).isGreaterThan(0.85);
  }

  @Test
  void rows_that_cost_more_than_they_bring_are_left_out() {
    World world = new World();
    world.acceptanceOfSeveral = 0.6;
    world.perRow = 0.5;
    assertThat(world.run(0, 2000, 3)).isLessThan(0.15);
    assertThat(world.wereSeveral).startsWith(true);
  }

  @Test
  void rows_that_bring_nothing_are_left_out_even_if_they_cost_nothing() {
    World world = new World();
    world.acceptanceOfOne = 1;
    world.acceptanceOfSeveral = 1;
    assertThat(world.run(0, 2000, 1)).isLessThan(0.15);
  }

  @Test
  void what_changes_is_noticed_and_short_requests_learn_from_each_other() {
    World world = new World();
    world.acceptanceOfSeveral = 0.6;
    world.perRow = 0.5;
    for (int request = 0; request < 50; request++) {
      world.run(20 * request, 20, 1);
    }
    assertThat(world.run(1000, 40, 1)).isLessThan(0.4);
    world.acceptanceOfSeveral = 0.9;
    world.perRow = 0;
    world.run(1040, 1500, 1);
    assertThat(world.run(2540, 1000, 1)).isGreaterThan(0.8);
  }
}
