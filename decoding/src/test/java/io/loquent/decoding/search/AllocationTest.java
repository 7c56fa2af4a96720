package io.loquent.decoding.search;

import static io.loquent.decoding.Runs.loop;
import static io.loquent.decoding.Runs.setup;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.loquent.decoding.DecodingLoop;
import io.loquent.decoding.DecodingState;
import io.loquent.decoding.StepOutput;
import java.lang.management.ManagementFactory;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A step allocates nothing in proportion to the vocabulary or to what was generated before. */
class AllocationTest {

  private static final int WARM_UP = 150;
  private static final int STEPS = 50;

  static List<List<Object>> searches() {
    return List.of(
        List.of("num_beams", 1),
        List.of("do_sample", true, "top_k", 20, "num_return_sequences", 3),
        List.of("do_sample", true, "top_k", 0),
        List.of("do_sample", true, "top_k", 0, "temperature", 0.8, "top_p", 0.9),
        List.of("do_sample", true, "top_k", 0, "min_p", 0.01, "typical_p", 0.8),
        List.of("num_beams", 4, "repetition_penalty", 1.2),
        List.of("num_beams", 3, "do_sample", true, "top_k", 20),
        List.of("num_beams", 4, "num_beam_groups", 2, "diversity_penalty", 0.3),
        List.of("num_beams", 4, "force_words_ids", List.of(List.of(7, 8, 7, 9))),
        List.of("penalty_alpha", 0.6, "top_k", 4),
        List.of("num_beams", 1, "guidance_scale", 1.5, "top_logprobs", 5));
  }

  @ParameterizedTest
  @MethodSource("searches")
  void bytes_per_step_do_not_grow_with_the_vocabulary(List<Object> options) {
    long small = bytesPerStep(1_000, WARM_UP, options);
    long large = bytesPerStep(50_000, WARM_UP, options);

    assertThat(large).isLessThan(small + 2_000);
  }

  @ParameterizedTest
  @MethodSource("searches")
  void bytes_per_step_do_not_grow_with_the_length(List<Object> options) {
    long early = bytesPerStep(1_000, WARM_UP, options);
    long late = bytesPerStep(1_000, WARM_UP + 700, options);

    // Histories double now and then, so the mean of many steps is compared.
    assertThat(late).isLessThan(early + 4_000);
  }

  private static long bytesPerStep(int vocabulary, int warmUp, List<Object> options) {
    List<Object> all = new java.util.ArrayList<>(options);
    all.addAll(List.of("max_new_tokens", 100_000, "seed", 3));
    RunningSearch search = new RunningSearch(vocabulary, all.toArray());
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    for (int i = 0; i < warmUp; i++) {
      search.loop.step();
    }
    long before = threads.getCurrentThreadAllocatedBytes();
    for (int i = 0; i < STEPS; i++) {
      search.loop.step();
    }
    return (threads.getCurrentThreadAllocatedBytes() - before) / STEPS;
  }

  /** A search over a state that allocates nothing itself. */
  private static final class RunningSearch {
    private final DecodingLoop loop;

    RunningSearch(int vocabulary, Object... options) {
      io.loquent.decoding.Search search = Searches.of(setup(vocabulary, new int[] {1, 2}, options));
      loop = loop(new FixedState(vocabulary, search.promptRows()), List.of(search));
    }
  }

  private static final class FixedState implements DecodingState, StepOutput {
    private final int vocabulary;
    private int rows;
    private int step;

    FixedState(int vocabulary, int rows) {
      this.vocabulary = vocabulary;
      this.rows = rows;
    }

    @Override
    public int rows() {
      return rows;
    }

    @Override
    public StepOutput startPart(int mostPositions) {
      return this;
    }

    @Override
    public void gather(int[] parents, int count) {
      rows = count;
    }

    @Override
    public StepOutput append(int[] tokens) {
      step++;
      return this;
    }

    @Override
    public int mostTokens(int row) {
      return 1;
    }

    @Override
    public StepOutput append(int[] tokens, int[] counts) {
      return append(tokens);
    }

    @Override
    public void rollback(int[] dropped) {}

    @Override
    public void mark() {}

    @Override
    public void restore() {}

    @Override
    public void close() {}

    @Override
    public int vocabularySize() {
      return vocabulary;
    }

    @Override
    public void logits(int row, float[] target) {
      for (int i = 0; i < vocabulary; i++) {
        target[i] = ((i * 31 + row * 7 + step * 13) % 97) / 20f;
      }
    }

    @Override
    public int positions(int row) {
      return 1;
    }

    @Override
    public void logits(int row, int position, float[] target) {
      logits(row, target);
    }

    @Override
    public int hiddenSize() {
      return 4;
    }

    @Override
    public void hiddenState(int row, int position, float[] target) {
      for (int i = 0; i < 4; i++) {
        target[i] = (i + row + step) % 5 + 0.5f;
      }
    }
  }
}
