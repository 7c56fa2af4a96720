package io.loquent.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.loquent.GenerationRequest;
import io.loquent.Generator;
import io.loquent.ModelConfig;
import io.loquent.ModelLoadException;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A generator that runs its model once while it is opened. */
@ExtendWith(NothingLeaks.class)
final class WarmUpTest {

  private static final GenerationRequest REQUEST =
      GenerationRequest.tokens(11, 7, 30, 45).options(o -> o.maxNewTokens(8)).build();

  @ParameterizedTest
  @ValueSource(strings = {"gpt2-tiny", "llama-tiny-gqa", "marian-tiny", "lstm-seq2seq-tiny"})
  void changes_no_result_and_holds_nothing(String fixture) {
    try (Generator cold = Generator.open(Goldens.config(fixture).build());
        OnnxGenerator warm = OnnxGenerator.open(Goldens.config(fixture).warmUp(true).build())) {
      assertThat(warm.lentBuffers()).isZero();
      assertThat(warm.generate(REQUEST).best().tokens())
          .isEqualTo(cold.generate(REQUEST).best().tokens());
    }
  }

  @Test
  void takes_the_way_of_the_default_options() {
    ModelConfig config =
        Goldens.config("gpt2-tiny")
            .warmUp(true)
            .continuousBatching(true)
            .defaults(o -> o.numBeams(3).maxLength(4).minNewTokens(30).maxTime(Duration.ofNanos(1)))
            .build();
    try (Generator generator = Generator.open(config)) {
      assertThat(generator.model().vocabularySize()).isPositive();
    }
  }

  @Test
  void says_why_it_failed_and_leaves_nothing_open() {
    ModelConfig config =
        Goldens.config("gpt2-tiny").warmUp(true).defaults(o -> o.numReturnSequences(3)).build();
    assertThatThrownBy(() -> Generator.open(config))
        .isInstanceOf(ModelLoadException.class)
        .hasMessageContainingAll(
            Goldens.folder("gpt2-tiny").toString(),
            "warm_up is on",
            "num_return_sequences",
            "switch warm_up off");
  }

  @Test
  void is_told_by_inspect() {
    ModelConfig config = Goldens.config("gpt2-tiny").warmUp(true).build();
    assertThat(Generator.inspect(config).findings())
        .contains("warm-up: a generator runs one short request while it is opened");
  }
}
