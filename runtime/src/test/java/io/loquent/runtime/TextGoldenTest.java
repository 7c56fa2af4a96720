package io.loquent.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.loquent.Candidate;
import io.loquent.GenerationRequest;
import io.loquent.GenerationResult;
import io.loquent.Generator;
import io.loquent.Option;
import io.loquent.Token;
import io.loquent.runtime.Goldens.Case;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Recorded generations that start from text and end in text. */
@ExtendWith(NothingLeaks.class)
final class TextGoldenTest {

  @ParameterizedTest
  @ValueSource(strings = {"gpt2-tiny", "llama-tiny", "t5-tiny", "bart-tiny"})
  void generates_the_text_that_hugging_face_generates(String fixture) {
    List<Case> cases = Goldens.cases(fixture, "text_goldens.json");
    assertThat(cases).isNotEmpty();
    try (Generator generator = Generator.open(Goldens.config(fixture).build())) {
      for (Case golden : cases) {
        List<Candidate> skipped = candidates(generator, golden, true);
        assertThat(texts(skipped)).as(golden.name()).isEqualTo(golden.texts("generated_text"));
        List<Candidate> shown = candidates(generator, golden, false);
        assertThat(texts(shown))
            .as(golden.name())
            .isEqualTo(golden.texts("generated_text_with_special"));
        for (int row = 0; row < skipped.size(); row++) {
          checkIds(golden, row, skipped.get(row));
          checkIds(golden, row, shown.get(row));
        }
      }
    }
  }

  private static List<Candidate> candidates(Generator generator, Case golden, boolean skip) {
    List<GenerationRequest> requests = new ArrayList<>();
    for (String text : golden.texts("texts")) {
      requests.add(
          GenerationRequest.text(text)
              .options(golden.options())
              .options(o -> o.set(Option.SKIP_SPECIAL_TOKENS, skip))
              .build());
    }
    List<Candidate> candidates = new ArrayList<>();
    for (GenerationResult result : generator.generateAll(requests)) {
      candidates.addAll(result.candidates());
    }
    return candidates;
  }

  private static List<String> texts(List<Candidate> candidates) {
    return candidates.stream().map(Candidate::text).collect(Collectors.toList());
  }

  private static void checkIds(Case golden, int row, Candidate candidate) {
    assertThat(candidate.ids()).containsExactly(golden.generated().get(row));
    if (golden.hasScores()) {
      assertThat(candidate.score()).isCloseTo(golden.score(row), within(1e-4));
    }
    if (golden.hasLogProbabilities()) {
      assertThat(candidate.tokens().stream().mapToDouble(Token::logProbability).toArray())
          .containsExactly(golden.logProbabilities(row), within(1e-4));
    }
  }
}
