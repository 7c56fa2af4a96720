package io.loquent.decoding.speculation;

import static org.assertj.core.api.Assertions.assertThat;

import io.loquent.decoding.DraftLength;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class AdaptiveLengthTest {

  private static final int MOST = 16;

  /** A model whose runs take a fixed time and some for each token, and its guesser. */
  private static final class World {
    final Random random = new Random(1);
    double acceptance;
    double perDraft;
    double perToken;
    long tokens;
    double time;
    int drafting;

    World(double acceptance, double perDraft, double perToken) {
      this.acceptance = acceptance;
      this.perDraft = perDraft;
      this.perToken = perToken;
    }

    void run(DraftLength length, int count) {
      tokens = 0;
      time = 0;
      drafting = 0;
      for (int i = 0; i < count; i++) {
        int drafts = length.next();
        double draftTime = perDraft * drafts;
        double runTime = 1 + perToken * drafts;
        if (drafts > 0) {
          length.drafted(drafts, (long) (1e6 * draftTime));
          drafting++;
        }
        length.ran(drafts + 1, (long) (1e6 * runTime));
        int right = 0;
        while (right < drafts && random.nextDouble() < acceptance) {
          right++;
        }
        if (drafts > 0) {
          length.verified(drafts, right);
        }
        tokens += right + 1;
        time += draftTime + runTime;
      }
    }

    /** Tokens per time of the best fixed length, by the formula. */
    double bestRate() {
      double best = 1;
      for (int k = 1; k <= MOST; k++) {
        double tokensPerRound = (1 - Math.pow(acceptance, k + 1)) / (1 - acceptance);
        best = Math.max(best, tokensPerRound / (1 + k * (perDraft + perToken)));
      }
      return best;
    }
  }

  @ParameterizedTest
  @CsvSource({
    "0.95, 0.02, 0.02",
    "0.9, 0.1, 0.05",
    "0.8, 0.2, 0.1",
    "0.7, 0.05, 0.3",
    "0.6, 0.3, 0",
    "0.5, 0.05, 0.01",
    "0.3, 0.02, 0.02",
    "0.2, 0.5, 0.5"
  })
  void the_length_gives_nearly_as_many_tokens_per_time_as_the_best_one(
      double acceptance, double perDraft, double perToken) {
    World world = new World(acceptance, perDraft, perToken);
    world.run(new AdaptiveLength(4, new DraftMeasurements(MOST)), 4000);
    assertThat(world.tokens / world.time).isGreaterThan(0.92 * world.bestRate());
  }

  @Test
  void drafting_that_does_not_pay_stops_but_for_rare_tries() {
    World world = new World(0.1, 0.6, 0.2);
    DraftLength length = new AdaptiveLength(4, new DraftMeasurements(MOST));
    world.run(length, 100);
    world.run(length, 2000);
    assertThat(world.drafting).isBetween(1, 40);
    assertThat(world.tokens / world.time).isGreaterThan(0.98);
  }

  @Test
  void drafting_begins_again_once_it_pays() {
    World world = new World(0.05, 0.1, 0.05);
    DraftLength length = new AdaptiveLength(4, new DraftMeasurements(MOST));
    world.run(length, 500);
    world.acceptance = 0.9;
    world.run(length, 1500);
    world.run(length, 500);
    assertThat(world.tokens / world.time).isGreaterThan(0.9 * world.bestRate());
  }

  @Test
  void the_first_round_is_plain_and_then_the_first_length_counts() {
    DraftLength length = new AdaptiveLength(5, new DraftMeasurements(9));
    assertThat(length.next()).isZero();
    length.ran(1, 1000);
    assertThat(length.next()).isEqualTo(5);
    assertThat(DraftLength.fixed(3).next()).isEqualTo(3);
  }

  @Test
  void what_the_first_guess_of_a_request_takes_says_nothing_of_the_others() {
    DraftMeasurements known = new DraftMeasurements(MOST);
    DraftLength length = new AdaptiveLength(4, known);
    length.next();
    length.ran(1, 1_000_000);
    for (int round = 0; round < 3; round++) {
      int drafts = length.next();
      assertThat(drafts).as("round %d", round).isPositive();
      length.drafted(drafts, round == 0 ? 100_000_000 : 10_000L * drafts);
      length.ran(drafts + 1, 1_100_000);
      length.verified(drafts, drafts);
    }
  }

  @Test
  void a_request_begins_with_what_those_before_it_have_measured() {
    DraftMeasurements known = new DraftMeasurements(MOST);
    World paying = new World(0.8, 0.1, 0.05);
    paying.run(new AdaptiveLength(4, known), 500);
    DraftLength next = new AdaptiveLength(4, known);
    int first = next.next();
    assertThat(first).isBetween(3, 7);

    DraftMeasurements bad = new DraftMeasurements(MOST);
    World losing = new World(0.1, 0.6, 0.2);
    losing.run(new AdaptiveLength(4, bad), 500);
    assertThat(new AdaptiveLength(4, bad).next()).isZero();
    assertThat(known.acceptance()).isBetween(0.7, 0.9);
  }

  @Test
  void one_run_that_takes_long_changes_nothing() {
    DraftMeasurements known = new DraftMeasurements(MOST);
    new World(0.8, 0.1, 0.05).run(new AdaptiveLength(4, known), 500);
    int best = known.best(0.8);
    known.ran(best + 1, 1_000_000_000L);
    known.drafted(1, 1_000_000_000L);
    known.ran(1, 1_000_000_000L);
    assertThat(known.best(0.8)).isEqualTo(best);
  }

  @Test
  void a_length_that_seemed_slow_is_chosen_once_longer_ones_turn_out_faster() {
    DraftMeasurements known = new DraftMeasurements(4);
    known.ran(1, 1_000_000);
    known.drafted(1, 10_000);
    known.ran(2, 9_000_000);
    assertThat(known.best(0.7)).isZero();
    known.ran(3, 1_100_000);
    assertThat(known.best(0.7)).isPositive();
    assertThat(known.best(0)).isZero();
  }

  @Test
  void the_first_drafted_token_may_take_longer_than_those_behind_it() {
    DraftMeasurements known = new DraftMeasurements(4);
    known.ran(1, 1_000_000);
    known.ran(5, 1_100_000);
    known.drafted(1, 450_000);
    known.drafted(2, 500_000);
    assertThat(known.best(0.6)).isEqualTo(2);
    known.drafted(3, 550_000);
    assertThat(known.best(0.6)).isEqualTo(3);
  }

  @Test
  void requests_on_several_threads_share_their_measurements() throws Exception {
    DraftMeasurements known = new DraftMeasurements(MOST);
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try {
      List<Callable<Double>> requests = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        requests.add(
            () -> {
              World world = new World(0.8, 0.1, 0.05);
              world.run(new AdaptiveLength(4, known), 2000);
              return world.tokens / world.time / world.bestRate();
            });
      }
      for (Future<Double> share : threads.invokeAll(requests)) {
        assertThat(share.get()).isGreaterThan(0.9);
      }
    } finally {
      threads.shutdown();
    }
  }

  @Test
  void the_time_of_a_plain_run_is_that_of_one_behind_another() {
    DraftMeasurements known = new DraftMeasurements(MOST);
    DraftLength length = new AdaptiveLength(4, known);
    boolean afterDrafts = false;
    int drafting = 0;
    for (int round = 0; round < 400; round++) {
      int drafts = length.next();
      // A run behind drafts takes twice as long, so that drafting seems to pay where it does not.
      length.ran(drafts + 1, drafts > 0 || afterDrafts ? 2_000_000 : 1_000_000);
      if (drafts > 0) {
        length.drafted(drafts, 200_000L * drafts);
        length.verified(drafts, 1);
        drafting++;
      }
      afterDrafts = drafts > 0;
    }
    assertThat(drafting).isLessThan(60);
  }
}
