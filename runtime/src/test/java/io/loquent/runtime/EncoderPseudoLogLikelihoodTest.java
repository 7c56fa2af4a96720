package io.loquent.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.loquent.Cancellation;
import io.loquent.ContextLengthException;
import io.loquent.Score;
import io.loquent.encoder.FillMaskOptions;
import io.loquent.encoder.PseudoLogLikelihoodOptions;
import io.loquent.encoder.Truncation;
import java.util.List;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Texts that are scored by masking their tokens. */
@ExtendWith(NothingLeaks.class)
class EncoderPseudoLogLikelihoodTest {

  private OnnxEncoder encoder;

  @BeforeEach
  void open() {
    encoder = OnnxEncoder.open(Goldens.config("bert-tiny-mlm").build());
  }

  @AfterEach
  void close() {
    assertThat(encoder.lentBuffers()).isZero();
    encoder.close();
  }

  /** What fill-mask says about a token in place of one of a text's masks. */
  private double logProbability(String text, int mask, String token) {
    FillMaskOptions only = FillMaskOptions.builder().targets(List.of(token)).build();
    return Math.log(encoder.fillMask(List.of(text), only).get(0).get(mask).best().probability());
  }

  @Test
  void each_token_is_scored_where_it_alone_is_masked() {
    Score score = encoder.pseudoLogLikelihood("She sang in Paris");
    double[] expected = {
      logProbability("[MASK] sang in Paris", 0, "she"),
      logProbability("She [MASK] in Paris", 0, "sang"),
      logProbability("She sang [MASK] Paris", 0, "in"),
      logProbability("She sang in [MASK]", 0, "paris")
    };
    assertThat(score.tokens()).extracting(Score.ScoredToken::id).containsExactly(197, 203, 98, 162);
    for (int i = 0; i < expected.length; i++) {
      assertThat(score.tokens().get(i).logProbability()).isCloseTo(expected[i], within(1e-5));
    }
    double sum = expected[0] + expected[1] + expected[2] + expected[3];
    assertThat(score.perplexity()).isCloseTo(Math.exp(-sum / 4), within(1e-2));
  }

  @Test
  void later_pieces_of_a_word_are_masked_with_it_if_asked() {
    // "sunrises" is sunrise and ##s.
    PseudoLogLikelihoodOptions options =
        PseudoLogLikelihoodOptions.builder().withinWordL2r(true).build();
    Score score = encoder.pseudoLogLikelihood(List.of("the sunrises"), options).get(0);
    Score plain = encoder.pseudoLogLikelihood("the sunrises");
    assertThat(score.tokens()).extracting(Score.ScoredToken::id).containsExactly(72, 156, 56);
    assertThat(score.tokens().get(0)).isEqualTo(plain.tokens().get(0));
    assertThat(score.tokens().get(1).logProbability())
        .isCloseTo(logProbability("the [MASK] [MASK]", 0, "sunrise"), within(1e-5))
        .isNotCloseTo(plain.tokens().get(1).logProbability(), within(1e-4));
    assertThat(score.tokens().get(2).logProbability())
        .isCloseTo(logProbability("the sunrise [MASK]", 0, "##s"), within(1e-5));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 7})
  void a_batched_text_has_the_score_that_it_has_alone(int batchSize) {
    List<String> texts = List.of("", "she", "They waited near the station.", "a small dog");
    PseudoLogLikelihoodOptions options =
        PseudoLogLikelihoodOptions.builder().batchSize(batchSize).build();
    List<Score> together = encoder.pseudoLogLikelihood(texts, options);
    for (int i = 0; i < texts.size(); i++) {
      Score alone = encoder.pseudoLogLikelihood(texts.get(i));
      assertThat(together.get(i).tokens()).hasSameSizeAs(alone.tokens());
      assertThat(together.get(i).logLikelihood()).isCloseTo(alone.logLikelihood(), within(1e-4));
    }
    assertThat(together.get(0).tokens()).isEmpty();
  }

  @Test
  void many_texts_are_scored_in_parts() {
    List<String> texts = java.util.Collections.nCopies(400, "she sang.");
    List<Score> scores = encoder.pseudoLogLikelihood(texts, PseudoLogLikelihoodOptions.defaults());
    double expected = encoder.pseudoLogLikelihood("she sang.").logLikelihood();
    assertThat(scores).hasSize(400);
    assertThat(scores)
        .allSatisfy(score -> assertThat(score.logLikelihood()).isCloseTo(expected, within(1e-4)));
  }

  @Test
  void long_texts_are_refused_cut_or_scored_in_windows() {
    String text = "she ran ".repeat(50).trim();
    assertThatThrownBy(() -> encoder.pseudoLogLikelihood(text))
        .isInstanceOf(ContextLengthException.class);

    PseudoLogLikelihoodOptions.Builder options = PseudoLogLikelihoodOptions.builder();
    Score cut =
        encoder
            .pseudoLogLikelihood(
                List.of(text), options.truncation(Truncation.TRUNCATE).maxLength(12).build())
            .get(0);
    Score beginning = encoder.pseudoLogLikelihood("she ran ".repeat(5));
    assertThat(cut.tokens()).hasSize(10);
    assertThat(cut.logLikelihood()).isCloseTo(beginning.logLikelihood(), within(1e-4));

    Score windows =
        encoder
            .pseudoLogLikelihood(
                List.of(text), options.truncation(Truncation.STRIDE).stride(4).build())
            .get(0);
    assertThat(windows.tokens()).hasSize(100);
    // The first window's first eight tokens are seen best there, as in the text that was cut.
    for (int i = 0; i < 8; i++) {
      assertThat(windows.tokens().get(i).logProbability())
          .isCloseTo(cut.tokens().get(i).logProbability(), within(1e-4));
    }
  }

  @Test
  void a_cancelled_call_ends_and_the_encoder_goes_on() {
    Cancellation cancelled = Cancellation.create();
    cancelled.cancel();
    PseudoLogLikelihoodOptions options =
        PseudoLogLikelihoodOptions.builder().cancellation(cancelled).build();
    assertThatThrownBy(() -> encoder.pseudoLogLikelihood(List.of("she sang"), options))
        .isInstanceOf(CancellationException.class);
    assertThat(encoder.pseudoLogLikelihood("she sang").tokens()).hasSize(2);
  }
}
