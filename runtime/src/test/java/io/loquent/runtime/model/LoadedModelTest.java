package io.loquent.runtime.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.loquent.ModelConfig;
import io.loquent.decoding.DecodingState;
import io.loquent.decoding.RunInterruptedException;
import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever fails on the way to a decoding state, nothing of it stays lent. */
final class LoadedModelTest {

  private static final OpenOptions PLAIN = new OpenOptions(false, true, false, 32);
  private static final List<PromptRow> ROWS =
      List.of(new PromptRow(new int[] {2}, new int[] {5, 6, 7}, null));

  private static LoadedModel load(String fixture) {
    return LoadedModel.load(
        ModelConfig.builder(Paths.get("src", "test", "resources", "fixtures", fixture)).build(),
        new ArrayList<>());
  }

  @ParameterizedTest
  @ValueSource(strings = {"t5-tiny", "lstm-seq2seq-tiny"})
  void an_encoder_that_is_stopped_keeps_nothing(String fixture) {
    try (LoadedModel model = load(fixture);
        RunControl control = new RunControl()) {
      control.terminate();
      assertThatThrownBy(() -> model.open(ROWS, PLAIN, control))
          .isInstanceOf(RunInterruptedException.class);
      assertThat(model.lentBuffers()).isZero();
      assertThat(NativeValues.open()).isZero();
    }
  }

  @Test
  void a_first_run_that_is_stopped_keeps_nothing_once_closed() {
    for (String fixture : List.of("gpt2-tiny", "llama-tiny-gqa", "t5-tiny")) {
      try (LoadedModel model = load(fixture);
          RunControl control = new RunControl()) {
        try (DecodingState state = model.open(ROWS, PLAIN, control)) {
          control.terminate();
          assertThatThrownBy(state::start).isInstanceOf(RunInterruptedException.class);
        }
        assertThat(NativeValues.open()).isZero();
        assertThat(model.lentBuffers()).isZero();
      }
    }
  }
}
