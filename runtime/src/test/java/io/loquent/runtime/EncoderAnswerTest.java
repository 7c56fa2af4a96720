package io.loquent.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.loquent.Cancellation;
import io.loquent.ContextLengthException;
import io.loquent.InvalidRequestException;
import io.loquent.ModelConfig;
import io.loquent.encoder.Answer;
import io.loquent.encoder.AnswerOptions;
import io.loquent.encoder.AnswerResult;
import io.loquent.encoder.Truncation;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Questions are answered from contexts of any length. */
@ExtendWith(NothingLeaks.class)
final class EncoderAnswerTest {

  private static final double SAME = 1e-5;
  private static final String QUESTION = "what is it";

  /** Three special tokens, and four of the question. */
  private static final int BESIDE_CONTEXT = 7;

  private static final String LONG =
      "He waited near the station before sunrise, after the storm. a small dog ran home";

  private OnnxEncoder encoder;

  @BeforeEach
  void open() {
    encoder = OnnxEncoder.open(Goldens.config("bert-tiny-qa").build());
  }

  @AfterEach
  void close() {
    encoder.close();
    assertThat(encoder.lentBuffers()).isZero();
  }

  private static AnswerOptions.Builder five() {
    return AnswerOptions.builder().topK(5);
  }

  private static void assertSame(List<Answer> found, List<Answer> expected) {
    assertThat(found).hasSameSizeAs(expected);
    for (int i = 0; i < found.size(); i++) {
      assertThat(found.get(i))
          .usingRecursiveComparison()
          .ignoringFields("score")
          .isEqualTo(expected.get(i));
      assertThat(found.get(i).score()).isEqualTo(expected.get(i).score(), within(SAME));
    }
  }

  @Test
  void an_answer_is_whole_words_unless_tokens_are_wanted() {
    String context = "They sang in Paris. it's 7:45 already";
    List<Answer> words = encoder.answer(QUESTION, context, five().build()).answers();
    assertThat(words).extracting(Answer::text).contains("already").doesNotContain("read");
    assertThat(words).extracting(Answer::start).contains(30);
    List<Answer> tokens =
        encoder.answer(QUESTION, context, five().alignToWords(false).build()).answers();
    assertThat(tokens).extracting(Answer::text).contains("read");
  }

  @Test
  void the_best_answer_is_the_first() {
    AnswerResult result = encoder.answer(QUESTION, LONG);
    assertThat(result.answers()).hasSize(1);
    assertThat(result.best()).contains(result.answers().get(0));
    assertThat(result.answerable()).isTrue();
    assertThat(result.noAnswerScore()).isBetween(0.0, 1.0);
  }

  @Test
  void a_short_answer_is_kept_short() {
    for (Answer answer :
        encoder.answer(QUESTION, LONG, five().maxAnswerTokens(2).build()).answers()) {
      assertThat(answer.endToken() - answer.startToken()).isLessThan(2);
    }
  }

  @Test
  void no_answer_is_a_matter_of_the_threshold() {
    AnswerOptions.Builder impossible = five().handleImpossibleAnswer(true);
    AnswerResult never =
        encoder.answer(QUESTION, LONG, impossible.nullScoreDiffThreshold(-1e9).build());
    AnswerResult always =
        encoder.answer(QUESTION, LONG, impossible.nullScoreDiffThreshold(1e9).build());
    assertThat(never.answerable()).isFalse();
    assertThat(never.best()).isEmpty();
    assertThat(always.best()).contains(always.answers().get(0));
    assertThat(always.answers()).isEqualTo(never.answers()).hasSize(5);
    double best = always.answers().get(0).score();
    assertThat(always.nullScoreDifference())
        .isEqualTo(Math.log(always.noAnswerScore() / best), within(1e-4));
    AnswerResult certain = encoder.answer(QUESTION, LONG, five().build());
    assertThat(certain.answers().get(0).score()).isGreaterThan(best);
  }

  @Test
  void a_context_that_fits_is_read_as_a_whole() {
    assertSame(
        encoder.answer(QUESTION, LONG, five().build()).answers(),
        encoder.answer(QUESTION, LONG, five().truncation(Truncation.ERROR).build()).answers());
  }

  @Test
  void a_cut_context_is_answered_from_its_beginning() {
    AnswerOptions.Builder options = five().maxLength(BESIDE_CONTEXT + 5);
    String beginning = "He waited near the station";
    assertSame(
        encoder.answer(QUESTION, LONG, options.truncation(Truncation.TRUNCATE).build()).answers(),
        encoder.answer(QUESTION, beginning, five().build()).answers());
    assertThatThrownBy(
            () -> encoder.answer(QUESTION, LONG, options.truncation(Truncation.ERROR).build()))
        .isInstanceOf(ContextLengthException.class);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 7})
  void windows_of_a_long_context_are_read_in_its_order(int batchSize) {
    // Windows of 6 words that share 2: from word 0, 4, 8 and 12 of 17.
    AnswerOptions options =
        AnswerOptions.builder()
            .topK(1000)
            .maxAnswerTokens(3)
            .maxLength(BESIDE_CONTEXT + 6)
            .stride(2)
            .batchSize(batchSize)
            .build();
    List<Answer> answers = encoder.answer(QUESTION, LONG, options).answers();
    List<String> places = new ArrayList<>();
    for (Answer answer : answers) {
      assertThat(answer.text()).isEqualTo(LONG.substring(answer.start(), answer.end()));
      assertThat(answer.startToken()).isBetween(6, 22);
      places.add(answer.start() + "-" + answer.end());
    }
    assertThat(places).doesNotHaveDuplicates();
    assertThat(answers.stream().mapToDouble(Answer::score).toArray())
        .isSortedAccordingTo((a, b) -> Double.compare(b, a));
    // 17 of one word and 16 of two; of three, those that lie in a window: four in each of the
    // first three windows, and three in the last.
    assertThat(answers).hasSize(17 + 16 + 4 * 3 + 3);
    AnswerOptions alone =
        AnswerOptions.builder().topK(1000).maxAnswerTokens(3).batchSize(1).build();
    assertThat(answers)
        .extracting(Answer::text)
        .isSubsetOf(
            encoder.answer(QUESTION, LONG, alone).answers().stream()
                .map(Answer::text)
                .toArray(String[]::new));
  }

  @Test
  void a_question_is_never_cut() {
    for (Truncation truncation : List.of(Truncation.TRUNCATE, Truncation.STRIDE)) {
      AnswerOptions noRoom =
          AnswerOptions.builder().maxLength(BESIDE_CONTEXT).truncation(truncation).build();
      assertThatThrownBy(() -> encoder.answer(QUESTION, LONG, noRoom))
          .isInstanceOf(ContextLengthException.class)
          .hasMessageContaining("what is not cut, such as a question");
    }
    AnswerOptions oneToken = AnswerOptions.builder().maxLength(BESIDE_CONTEXT + 1).build();
    assertThat(encoder.answer(QUESTION, LONG, oneToken).best()).isPresent();
  }

  /** All answers from a model with other tokenizer files. */
  private static List<Answer> answers(Path folder, String question, String context) {
    ModelConfig config = ModelConfig.builder(folder).intraOpThreads(1).build();
    AnswerOptions all = AnswerOptions.builder().topK(1000).alignToWords(false).build();
    try (OnnxEncoder other = OnnxEncoder.open(config)) {
      List<Answer> answers = other.answer(question, context, all).answers();
      assertThat(answers).isNotEmpty();
      for (Answer answer : answers) {
        assertThat(answer.text())
            .isEqualTo(context.substring(answer.start(), answer.end()))
            .isEqualTo(answer.text().trim())
            .isNotEmpty();
      }
      return answers;
    }
  }

  @Test
  void pairs_may_be_joined_as_roberta_does(@TempDir Path folder) {
    Folders.copy("bert-tiny-qa", folder);
    Path tokenizer = Goldens.folder("bart-tiny").resolve("tokenizer.json");
    Folders.write(folder, "tokenizer.json", Folders.text(tokenizer));
    // <s> w h o _ is _ q </s> </s> the _ z _r a n _ x </s>, where _ is a space.
    List<Answer> answers = answers(folder, "who is q", "the z ran x");
    assertThat(answers)
        .allMatch(answer -> answer.startToken() >= 10 && answer.endToken() <= 17)
        .extracting(Answer::text)
        .contains("the", "z ran", "ran", "x", "the z ran x")
        .doesNotHaveDuplicates();
  }

  @Test
  void tokenizers_that_pad_on_the_left_put_the_question_last(@TempDir Path folder) {
    Folders.copy("bert-tiny-qa", folder);
    String config = Folders.text(folder.resolve("tokenizer_config.json"));
    String left = config.replace("\"padding_side\": \"right\"", "\"padding_side\": \"left\"");
    assertThat(left).isNotEqualTo(config);
    Folders.write(folder, "tokenizer_config.json", left);
    assertThat(answers(folder, QUESTION, "They sang in Paris."))
        .allMatch(answer -> answer.startToken() >= 1 && answer.endToken() <= 5)
        .extracting(Answer::text)
        .contains("They", "Paris.", "sang in");
  }

  @Test
  void blank_texts_are_refused() {
    assertThatThrownBy(() -> encoder.answer(" ", LONG))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("question must not be blank");
    assertThatThrownBy(() -> encoder.answer(QUESTION, ""))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("context must not be blank");
  }

  @Test
  void absurd_options_are_refused() {
    assertThatThrownBy(() -> AnswerOptions.builder().topK(0))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("top_k must be at least 1; found 0");
    assertThatThrownBy(() -> AnswerOptions.builder().maxAnswerTokens(-1))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("max_answer_len");
    assertThatThrownBy(() -> AnswerOptions.builder().nullScoreDiffThreshold(Double.NaN))
        .isInstanceOf(InvalidRequestException.class);
    assertThatThrownBy(
            () -> encoder.answer(QUESTION, LONG, AnswerOptions.builder().maxLength(65).build()))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("max_length is 65");
  }

  @Test
  void a_cancelled_call_ends_and_the_next_one_works() {
    Cancellation cancellation = Cancellation.create();
    cancellation.cancel();
    AnswerOptions cancelled = AnswerOptions.builder().cancellation(cancellation).build();
    assertThatThrownBy(() -> encoder.answer(QUESTION, LONG, cancelled))
        .isInstanceOf(CancellationException.class);
    assertThat(encoder.lentBuffers()).isZero();
    assertThat(encoder.answer(QUESTION, LONG).best()).isPresent();
  }

  @Test
  void a_closed_encoder_refuses_calls() {
    encoder.close();
    assertThatThrownBy(() -> encoder.answer(QUESTION, LONG))
        .isInstanceOf(IllegalStateException.class);
  }
}
