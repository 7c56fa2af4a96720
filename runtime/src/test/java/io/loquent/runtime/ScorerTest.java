package io.loquent.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.loquent.Input;
import io.loquent.Score;
import io.loquent.runtime.model.LoadedModel;
import java.util.ArrayList;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ScorerTest {

  private static Score score(LoadedModel model, long mostLogitsBytes) {
    PromptReader reader = new PromptReader(model, null);
    Scorer scorer = new Scorer(model, reader, reader, model.defaults(), mostLogitsBytes);
    Input input = Input.tokens(5, 9, 31, 7);
    return model.isEncoderDecoder()
        ? scorer.score(input, Input.tokens(40, 41, 8))
        : scorer.score(input);
  }

  @ParameterizedTest
  @ValueSource(strings = {"gpt2-tiny", "gpt2-tiny-legacy", "llama-tiny-gqa", "t5-tiny"})
  void a_text_whose_logits_do_not_fit_at_once_is_scored_token_by_token(String fixture) {
    try (LoadedModel model = LoadedModel.load(Goldens.config(fixture).build(), new ArrayList<>())) {
      Score whole = score(model, Long.MAX_VALUE);
      Score inSteps = score(model, 1);
      assertThat(whole.tokens()).hasSize(3);
      assertThat(inSteps.logLikelihood()).isCloseTo(whole.logLikelihood(), within(1e-4));
      assertThat(inSteps.tokens()).hasSameSizeAs(whole.tokens());
      assertThat(model.lentBuffers()).isZero();
    }
  }
}
