package io.loquent.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.loquent.Candidate;
import io.loquent.Decoding;
import io.loquent.GenerationOptions;
import io.loquent.GenerationRequest;
import io.loquent.GenerationResult;
import io.loquent.Option;
import io.loquent.Token;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Beam search over graphs that were changed for it says what it says over untouched ones. */
@ExtendWith(NothingLeaks.class)
final class BeamGraphsTest {

  private static final List<Consumer<GenerationOptions.Builder>> REQUESTS =
      List.of(
          o -> o.decoding(Decoding.beam(4)),
          o ->
              o.decoding(Decoding.beam(3).lengthPenalty(0.7))
                  .topLogprobs(5)
                  .set(Option.NO_REPEAT_NGRAM_SIZE, 2)
                  .set(Option.BAD_WORDS_IDS, List.of(List.of(3), List.of(5, 6))),
          o -> o.decoding(Decoding.beam(2)).set(Option.REPETITION_PENALTY, 1.4),
          o -> o.decoding(Decoding.beam(3).sampled()).seed(9),
          o -> o.decoding(Decoding.beam(4).groups(2, 0.5)),
          o -> o.decoding(Decoding.greedy()));

  @ParameterizedTest
  @ValueSource(
      strings = {
        "gpt2-tiny",
        "gpt2-tiny-nocache",
        "gpt2-tiny-merged",
        "gpt2-tiny-hub",
        "llama-tiny-gqa",
        "t5-tiny",
        "t5-tiny-merged",
        "bart-tiny",
        "marian-tiny",
        "marian-tiny-merged",
        "lstm-seq2seq-tiny"
      })
  void equal_those_over_untouched_graphs_alone_and_in_a_batch(String fixture) {
    List<GenerationRequest> requests = requests();
    try (OnnxGenerator changed = OnnxGenerator.open(Goldens.config(fixture).build());
        OnnxGenerator untouched =
            OnnxGenerator.open(Goldens.config(fixture).graphAdditions(false).build())) {
      List<GenerationResult> batch = changed.generateAll(requests);
      for (int i = 0; i < requests.size(); i++) {
        GenerationResult expected = untouched.generate(requests.get(i));
        assertSame(changed.generate(requests.get(i)), expected);
        assertSame(batch.get(i), expected);
      }
      assertThat(changed.lentBuffers()).isZero();
    }
  }

  private static List<GenerationRequest> requests() {
    Random random = new Random(21);
    List<GenerationRequest> requests = new ArrayList<>();
    for (Consumer<GenerationOptions.Builder> options : REQUESTS) {
      int[] prompt = random.ints(1 + random.nextInt(7), 3, 110).toArray();
      requests.add(
          GenerationRequest.tokens(prompt)
              .options(o -> o.maxNewTokens(10))
              .options(options)
              .build());
    }
    return requests;
  }

  private static void assertSame(GenerationResult actual, GenerationResult expected) {
    assertThat(actual.candidates()).hasSameSizeAs(expected.candidates());
    for (int i = 0; i < expected.candidates().size(); i++) {
      Candidate one = actual.candidates().get(i);
      Candidate other = expected.candidates().get(i);
      assertThat(one.ids()).containsExactly(other.ids());
      assertThat(one.score()).isCloseTo(other.score(), within(1e-4));
      for (int t = 0; t < other.tokens().size(); t++) {
        Token token = one.tokens().get(t);
        Token reference = other.tokens().get(t);
        assertThat(token.logProbability()).isCloseTo(reference.logProbability(), within(1e-5));
        assertThat(token.rawLogProbability())
            .isCloseTo(reference.rawLogProbability(), within(1e-5));
        assertThat(token.top().stream().map(Token.TopToken::id))
            .containsExactlyElementsOf(reference.top().stream().map(Token.TopToken::id).toList());
      }
    }
  }
}
