package io.loquent.decoding.parallel.diffusion;

import static org.assertj.core.api.Assertions.assertThat;

import io.loquent.decoding.parallel.ParallelModel;
import io.loquent.decoding.parallel.ParallelSearch;
import io.loquent.decoding.parallel.ScriptedCanvasModel;
import io.loquent.decoding.parallel.ScriptedCanvasModel.Script;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class DiffusionCacheTest {

  private static final int VOCABULARY = 8;
  private static final int[] PROMPT = {1, 2};

  @ParameterizedTest
  @CsvSource({
    "none, 0, 6 6 6 6",
    "prefix, 0, 6 4 6 2",
    "dual, 0, 6 2 6 2",
    // The logits of a block's first slot are those of the slot before it.
    "prefix, 1, 6 5 6 3",
    "dual, 1, 6 3 6 3",
  })
  void each_block_begins_with_a_run_over_everything(String cache, int shift, String slots) {
    ParallelModel model = DiffusionRuns.model(VOCABULARY, shift, true);
    ParallelSearch search =
        DiffusionRuns.search(
            model, PROMPT, "max_new_tokens", 4, "block_length", 2, "diffusion_cache", cache);
    Script script = DiffusionRuns.restless(VOCABULARY, 0);
    List<Integer> fed = ScriptedCanvasModel.run(script, search).slotsPerRun;
    assertThat(fed).map(Object::toString).containsExactly(slots.split(" "));
  }

  @ParameterizedTest
  @ValueSource(strings = {"prefix", "dual"})
  void one_run_per_block_is_as_without_a_cache(String cache) {
    for (int salt = 0; salt < 20; salt++) {
      Script script = DiffusionRuns.restless(VOCABULARY, salt);
      ParallelSearch none = search("none", "steps", 4);
      ParallelSearch cached = search(cache, "steps", 4);
      ScriptedCanvasModel.run(script, none);
      ScriptedCanvasModel.run(script, cached);
      assertThat(cached.results()).isEqualTo(none.results());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"prefix", "dual"})
  void what_changes_in_the_block_only_is_as_without_a_cache(String cache) {
    for (int salt = 0; salt < 20; salt++) {
      // Nothing outside of the block changes while it is filled, so nothing cached is ever old.
      Script script = DiffusionRuns.restless(VOCABULARY, salt);
      ParallelSearch none = search("none", "threshold", 0.5);
      ParallelSearch cached = search(cache, "threshold", 0.5);
      ScriptedCanvasModel.run(script, none);
      ScriptedCanvasModel.run(script, cached);
      assertThat(cached.results()).isEqualTo(none.results());
    }
  }

  @Test
  void sequences_of_one_request_wait_for_each_other_and_are_as_without_a_cache() {
    Script script = DiffusionRuns.restless(VOCABULARY, 5);
    Object[] options = {
      "threshold",
      0.5,
      "do_sample",
      true,
      "num_return_sequences",
      6,
      "seed",
      2,
      "guidance_scale",
      1.3
    };
    ParallelSearch none = search("none", options);
    ParallelSearch cached = search("dual", options);
    ScriptedCanvasModel.run(script, none);
    ScriptedCanvasModel.run(script, cached);
    assertThat(cached.results()).isEqualTo(none.results());
  }

  private static ParallelSearch search(String cache, Object... options) {
    Object[] all = Arrays.copyOf(options, options.length + 6);
    List<Object> more = List.of("max_new_tokens", 12, "block_length", 3, "diffusion_cache", cache);
    System.arraycopy(more.toArray(), 0, all, options.length, more.size());
    return DiffusionRuns.search(VOCABULARY, PROMPT, all);
  }
}
