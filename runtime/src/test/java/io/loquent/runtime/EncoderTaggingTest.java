package io.loquent.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.loquent.ContextLengthException;
import io.loquent.InvalidRequestException;
import io.loquent.ModelConfig;
import io.loquent.encoder.AggregationStrategy;
import io.loquent.encoder.ClassificationOptions;
import io.loquent.encoder.Entity;
import io.loquent.encoder.TaggingOptions;
import io.loquent.encoder.Truncation;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Parts of texts are labelled, and offsets slice the texts as they were given. */
@ExtendWith(NothingLeaks.class)
final class EncoderTaggingTest {

  private static final double SAME = 1e-5;
  private static final List<String> TEXTS =
      List.of(
          "  The baker laughed; the doctor is sleeping.",
          "",
          "\uD83D\uDE00 She \uD83D\uDE00sang in \u5DF4\u9ECE, cafe\u0301",
          "they",
          "He waited near the station before sunrise, after the storm.",
          "it's 7:45 already",
          " \u00A0 ");

  private OnnxEncoder encoder;

  @BeforeEach
  void open() {
    encoder = OnnxEncoder.open(Goldens.config("bert-tiny-ner").build());
  }

  @AfterEach
  void close() {
    encoder.close();
    assertThat(encoder.lentBuffers()).isZero();
  }

  private static TaggingOptions.Builder everything() {
    return TaggingOptions.builder().ignoreLabels();
  }

  private static List<String> slices(List<Entity> entities) {
    return entities.stream().map(Entity::text).collect(Collectors.toList());
  }

  private static void assertSame(List<Entity> found, List<Entity> expected) {
    assertThat(found).hasSameSizeAs(expected);
    for (int i = 0; i < found.size(); i++) {
      assertThat(found.get(i))
          .usingRecursiveComparison()
          .ignoringFields("score")
          .isEqualTo(expected.get(i));
      assertThat(found.get(i).score()).isEqualTo(expected.get(i).score(), within(SAME));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 7})
  void a_text_in_a_batch_has_the_entities_that_it_has_alone(int batchSize) {
    List<List<Entity>> together = encoder.tag(TEXTS, everything().batchSize(batchSize).build());
    assertThat(together).hasSameSizeAs(TEXTS);
    for (int i = 0; i < TEXTS.size(); i++) {
      assertSame(together.get(i), encoder.tag(List.of(TEXTS.get(i)), everything().build()).get(0));
    }
  }

  @ParameterizedTest
  @EnumSource
  void offsets_slice_the_text_and_ascend(AggregationStrategy strategy) {
    List<List<Entity>> results =
        encoder.tag(TEXTS, everything().aggregationStrategy(strategy).build());
    for (int i = 0; i < TEXTS.size(); i++) {
      int end = 0;
      int token = 0;
      for (Entity entity : results.get(i)) {
        assertThat(entity.text())
            .isEqualTo(TEXTS.get(i).substring(entity.start(), entity.end()))
            .isEqualTo(entity.text().trim())
            .isNotEmpty();
        assertThat(entity.start()).isGreaterThanOrEqualTo(end);
        assertThat(entity.firstToken()).isEqualTo(token + 1);
        end = entity.end();
        token = entity.lastToken();
      }
    }
  }

  @Test
  void words_emoji_and_signs_are_sliced_whole() {
    assertThat(slices(encoder.tag(List.of(TEXTS.get(2)), everything().build()).get(0)))
        .startsWith("\uD83D\uDE00", "She", "\uD83D\uDE00sang", "in", "\u5DF4", "\u9ECE", ",");
  }

  @ParameterizedTest
  @CsvSource({"t5-tiny", "gpt2-tiny"})
  void tokens_with_spaces_in_front_are_sliced_without(String tokenizer, @TempDir Path folder) {
    Folders.copy("bert-tiny-ner", folder);
    Folders.write(
        folder,
        "tokenizer.json",
        Folders.text(Goldens.folder(tokenizer).resolve("tokenizer.json")));
    String text = " \u4F60\u597D  \uD83D\uDE00 q";
    try (OnnxEncoder other =
        OnnxEncoder.open(ModelConfig.builder(folder).intraOpThreads(1).build())) {
      List<Entity> tokens = other.tag(List.of(text), everything().build()).get(0);
      assertThat(slices(tokens).stream().filter(slice -> !slice.isEmpty()).distinct())
          .isIn(
              List.of("\u4F60", "\u597D", "\uD83D\uDE00", "q"),
              List.of("\u4F60\u597D", "\uD83D\uDE00", "q"));
      List<Entity> words =
          other
              .tag(List.of(text), everything().aggregationStrategy(AggregationStrategy.MAX).build())
              .get(0);
      assertThat(words.get(0).start()).isEqualTo(1);
      assertThat(words.get(words.size() - 1).end()).isEqualTo(text.length());
      assertThat(words).allMatch(word -> word.text().equals(word.text().trim()));
    }
  }

  @Test
  void neighbours_of_one_type_are_joined() {
    // Each token of this text is I-LOC.
    TaggingOptions simple =
        TaggingOptions.builder().aggregationStrategy(AggregationStrategy.SIMPLE).build();
    List<Entity> tokens = encoder.tag("She whispered without a word.");
    List<Entity> joined = encoder.tag(List.of("She whispered without a word."), simple).get(0);
    assertThat(tokens).hasSize(6).allMatch(token -> token.label().equals("I-LOC"));
    assertThat(joined).hasSize(1);
    assertThat(joined.get(0).label()).isEqualTo("LOC");
    assertThat(joined.get(0).text()).isEqualTo("She whispered without a word.");
    assertThat(joined.get(0).firstToken()).isEqualTo(1);
    assertThat(joined.get(0).lastToken()).isEqualTo(6);
    assertThat(joined.get(0).score())
        .isEqualTo(tokens.stream().mapToDouble(Entity::score).average().orElse(0), within(SAME));
  }

  @Test
  void labels_that_nobody_wants_are_left_out() {
    String text = "Every farmer was walking to the market";
    assertThat(slices(encoder.tag(text)))
        .as("all but O")
        .containsExactly("Every", "farmer", "was", "to", "the", "market");
    TaggingOptions noLocations = TaggingOptions.builder().ignoreLabels("O", "I-LOC").build();
    assertThat(slices(encoder.tag(List.of(text), noLocations).get(0)))
        .containsExactly("Every", "the");
    TaggingOptions noTypes =
        TaggingOptions.builder()
            .ignoreLabels("O", "LOC")
            .aggregationStrategy(AggregationStrategy.FIRST)
            .build();
    assertThat(slices(encoder.tag(List.of(text), noTypes).get(0))).containsExactly("Every", "the");
  }

  private static final String LONG =
      "He waited near the station before sunrise, after the storm. a small dog ran home";

  @Test
  void a_long_text_is_refused_unless_it_may_be_cut() {
    assertThatThrownBy(() -> encoder.tag(List.of(LONG), everything().maxLength(9).build()))
        .isInstanceOf(ContextLengthException.class)
        .hasMessageContaining("text 0 has 19 tokens");
    TaggingOptions cut = everything().maxLength(9).truncation(Truncation.TRUNCATE).build();
    assertSame(
        encoder.tag(List.of(LONG), cut).get(0),
        encoder
            .tag(List.of("He waited near the station before sunrise"), everything().build())
            .get(0));
  }

  @Test
  void windows_of_a_long_text_label_each_token_once_where_it_has_most_context() {
    // Windows of 8 words that share 4: 0 to 7, 4 to 11, 8 to 15, 12 to 16.
    TaggingOptions windows =
        everything().maxLength(10).stride(4).truncation(Truncation.STRIDE).build();
    List<Entity> found = encoder.tag(List.of("they", LONG), windows).get(1);
    List<Entity> whole = encoder.tag(List.of(LONG), everything().build()).get(0);
    assertThat(slices(found)).isEqualTo(slices(whole));
    assertThat(found).extracting(Entity::firstToken).isSorted().doesNotHaveDuplicates();
    int[] windowOfToken = {0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3};
    for (int token = 0; token < found.size(); token++) {
      int first = windowOfToken[token] * 4;
      int last = Math.min(first + 7, 16);
      String window = LONG.substring(whole.get(first).start(), whole.get(last).end());
      Entity expected =
          encoder.tag(List.of(window), everything().build()).get(0).get(token - first);
      assertThat(found.get(token).label()).as("token %s", token).isEqualTo(expected.label());
      assertThat(found.get(token).score()).isEqualTo(expected.score(), within(SAME));
      assertThat(found.get(token).start()).isEqualTo(whole.get(token).start());
      assertThat(found.get(token).firstToken()).isEqualTo(token + 1);
    }
  }

  @Test
  void absurd_strides_are_refused_and_the_encoder_goes_on() {
    TaggingOptions absurd =
        everything().maxLength(10).stride(8).truncation(Truncation.STRIDE).build();
    assertThatThrownBy(() -> encoder.tag(List.of(LONG), absurd))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("stride must be less than the 8 tokens");
    assertThatThrownBy(() -> everything().maxLength(0)).isInstanceOf(InvalidRequestException.class);
    assertThat(encoder.tag(List.of(LONG), everything().build()).get(0)).hasSize(17);
  }

  @Test
  void tasks_of_other_heads_are_refused() {
    assertThatThrownBy(() -> encoder.classify(List.of(), ClassificationOptions.defaults()))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("bert-tiny-ner cannot do CLASSIFY")
        .hasMessageContaining("it can do [TAG]");
  }

  @Test
  void a_closed_encoder_refuses_calls() {
    encoder.close();
    assertThatThrownBy(() -> encoder.tag("a dog")).isInstanceOf(IllegalStateException.class);
  }
}
