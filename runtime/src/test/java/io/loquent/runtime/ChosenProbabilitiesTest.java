package io.loquent.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.loquent.GenerationOptions;
import io.loquent.GenerationRequest;
import io.loquent.Option;
import io.loquent.Token;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a token is said to be worth does not depend on who computed it, the graph or Java. */
@ExtendWith(NothingLeaks.class)
final class ChosenProbabilitiesTest {

  private static final List<Map<String, Object>> WAYS =
      List.of(
          Map.of("do_sample", true, "seed", 3),
          Map.of("do_sample", true, "seed", 4, "temperature", 0.7, "top_k", 20, "top_p", 0.9),
          Map.of("do_sample", true, "seed", 5, "temperature", 1.5, "top_k", 0, "min_p", 0.01),
          Map.of("do_sample", true, "seed", 6, "repetition_penalty", 1.3),
          Map.of("no_repeat_ngram_size", 2, "top_logprobs", 2),
          Map.of("top_logprobs", 2));

  @ParameterizedTest
  @ValueSource(strings = {"llama-tiny-gqa", "t5-tiny", "lstm-seq2seq-tiny"})
  void tokens_and_their_probabilities_are_those_of_the_graph_as_it_is(String fixture) {
    for (Map<String, Object> way : WAYS) {
      List<Token> expected = tokens(fixture, way, false);
      List<Token> found = tokens(fixture, way, true);
      assertThat(found).as("%s", way).hasSameSizeAs(expected).isNotEmpty();
      for (int i = 0; i < expected.size(); i++) {
        Token token = found.get(i);
        assertThat(token.id()).as("%s", way).isEqualTo(expected.get(i).id());
        assertThat(token.logProbability())
            .isCloseTo(expected.get(i).logProbability(), within(1e-5));
        assertThat(token.rawLogProbability())
            .isCloseTo(expected.get(i).rawLogProbability(), within(1e-5));
        assertThat(token.rawLogProbability()).isNegative();
      }
    }
  }

  private static List<Token> tokens(String fixture, Map<String, Object> way, boolean additions) {
    GenerationRequest request =
        GenerationRequest.tokens(11, 7, 30, 45)
            .options(
                GenerationOptions.fromMap(way).toBuilder()
                    .maxNewTokens(12)
                    .set(Option.EOS_TOKEN_ID, List.of())
                    .build())
            .build();
    try (OnnxGenerator generator =
        OnnxGenerator.open(Goldens.config(fixture).graphAdditions(additions).build())) {
      return generator.generate(request).best().tokens();
    }
  }
}
