package io.loquent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import io.loquent.internal.json.Json;
import java.lang.reflect.Modifier;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class OptionTest {

  static Stream<Arguments> good() {
    return arguments(OptionSamples.good());
  }

  static Stream<Arguments> bad() {
    return arguments(OptionSamples.bad());
  }

  private static Stream<Arguments> arguments(Map<String, List<Object>> samples) {
    return samples.entrySet().stream()
        .flatMap(entry -> entry.getValue().stream().map(v -> Arguments.of(entry.getKey(), v)));
  }

  @Test
  void every_constant_is_among_all_options_under_its_name_in_lower_case() {
    List<String> constants =
        Arrays.stream(Option.class.getDeclaredFields())
            .filter(f -> Modifier.isPublic(f.getModifiers()) && f.getType() == Option.class)
            .map(f -> f.getName().toLowerCase(java.util.Locale.ROOT))
            .toList();
    assertThat(Option.all()).extracting(Option::name).containsExactlyElementsOf(constants);
  }

  @Test
  void every_option_has_samples() {
    assertThat(OptionSamples.good().keySet())
        .containsExactlyInAnyOrderElementsOf(Option.names())
        .containsExactlyInAnyOrderElementsOf(OptionSamples.bad().keySet());
  }

  @Test
  void the_list_of_all_options_cannot_be_changed() {
    assertThatExceptionOfType(UnsupportedOperationException.class)
        .isThrownBy(() -> Option.all().clear());
  }

  @ParameterizedTest
  @MethodSource("good")
  void a_good_value_survives_writing_and_reading(String name, Object json) {
    GenerationOptions options = GenerationOptions.fromMap(Map.of(name, json));
    assertThat(options.get(Option.named(name).orElseThrow())).isPresent();
    assertThat(GenerationOptions.fromMap(options.toMap())).isEqualTo(options);
    assertThat(options.toMap()).containsOnlyKeys(name);
  }

  @ParameterizedTest
  @MethodSource("good")
  void a_good_value_survives_json_text(String name, Object json) {
    GenerationOptions options = GenerationOptions.fromMap(Map.of(name, json));
    String text = Json.write(options.toMap());
    if (!json.toString().contains("Infinity")) {
      assertThat(GenerationOptions.fromMap(Json.parseObject(text))).isEqualTo(options);
    }
  }

  @ParameterizedTest
  @MethodSource("bad")
  void a_bad_value_is_refused_with_the_name_what_was_found_and_what_was_expected(
      String name, Object json) {
    assertThatExceptionOfType(InvalidRequestException.class)
        .isThrownBy(() -> GenerationOptions.fromMap(Map.of(name, json)))
        .withMessageMatching("(?s)" + name + " must be .+; found .+");
  }

  @Test
  void messages_say_the_range() {
    assertMessage("num_beams", 0, "num_beams must be a whole number from 1 to 4096; found 0");
    assertMessage("top_p", 2, "top_p must be a number in [0, 1]; found 2");
    assertMessage(
        "temperature", Double.NaN, "temperature must be a finite number in (0, inf); found NaN");
    assertMessage("do_sample", "yes", "do_sample must be true or false; found \"yes\"");
    assertMessage(
        "max_time", 0, "max_time must be a time in seconds, above 0 and at most 1e9; found 0");
    assertMessage(
        "bad_words_ids",
        List.of(List.of()),
        "bad_words_ids must be a list of non-empty lists of token ids; found [[]]");
  }

  @Test
  void a_long_wrong_value_is_cut_in_the_message() {
    assertThatExceptionOfType(InvalidRequestException.class)
        .isThrownBy(() -> Option.TOP_P.parse("x".repeat(1000)))
        .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(150).endsWith("..."));
  }

  @Test
  void one_id_is_a_list_of_one() {
    assertThat(Option.EOS_TOKEN_ID.parse(2)).isEqualTo(List.of(2));
    assertThat(Option.EOS_TOKEN_ID.parse(List.of(2, 3L, 4.0))).isEqualTo(List.of(2, 3, 4));
    assertThat(Option.STOP_STRINGS.parse("END")).isEqualTo(List.of("END"));
  }

  @Test
  void forced_words_may_be_phrases_or_alternatives() {
    assertThat(Option.FORCE_WORDS_IDS.parse(List.of(List.of(3, 4), List.of(5))))
        .isEqualTo(List.of(List.of(List.of(3, 4)), List.of(List.of(5))));
    assertThat(Option.FORCE_WORDS_IDS.parse(List.of(List.of(List.of(3), List.of(4, 5)))))
        .isEqualTo(List.of(List.of(List.of(3), List.of(4, 5))));
  }

  @Test
  void sequence_bias_is_read_from_pairs() {
    assertThat(Option.SEQUENCE_BIAS.parse(List.of(List.of(List.of(3, 4), -2))))
        .isEqualTo(List.of(new SequenceBias(List.of(3, 4), -2)));
  }

  @Test
  void early_stopping_is_true_false_or_never() {
    assertThat(Option.EARLY_STOPPING.parse(true)).isEqualTo(EarlyStopping.TRUE);
    assertThat(Option.EARLY_STOPPING.parse(false)).isEqualTo(EarlyStopping.FALSE);
    assertThat(Option.EARLY_STOPPING.parse("never")).isEqualTo(EarlyStopping.NEVER);
  }

  @Test
  void max_time_is_seconds() {
    assertThat(Option.MAX_TIME.parse(0.3)).isEqualTo(Duration.ofMillis(300));
    assertThat(Option.MAX_TIME.parse(2)).isEqualTo(Duration.ofSeconds(2));
    assertThat(Option.MAX_TIME.parse(1e-12)).isEqualTo(Duration.ofNanos(1));
  }

  @Test
  void a_parsed_list_does_not_follow_changes_of_its_source() {
    List<Object> source = new java.util.ArrayList<>(List.of(1, 2));
    List<Integer> parsed = Option.SUPPRESS_TOKENS.parse(source);
    source.clear();
    assertThat(parsed).containsExactly(1, 2);
  }

  @Test
  void null_is_no_value() {
    assertThatNullPointerException().isThrownBy(() -> Option.TOP_K.parse(null));
  }

  @Test
  void an_unknown_name_lists_the_near_ones() {
    assertUnknown("num_beam", "did you mean num_beams");
    assertUnknown("temprature", "did you mean temperature?");
    assertUnknown("maxNewTokens", "did you mean max_new_tokens");
    assertUnknown("top-p", "did you mean top_p");
    assertUnknown("max_tokens", "did you mean max_new_tokens");
    assertUnknown("random_seed", "did you mean seed?");
    assertUnknown("stop", "stop_strings");
  }

  @Test
  void an_unknown_name_that_is_near_nothing_lists_all() {
    assertUnknown("assistant_ensemble_weighting", "; known: max_new_tokens, max_length");
  }

  @Test
  void null_switches_off() {
    for (String name : Option.names()) {
      GenerationOptions options =
          GenerationOptions.fromMap(new HashMap<>(Collections.singletonMap(name, null)));
      assertThat(options.isOff(Option.named(name).orElseThrow())).isTrue();
    }
  }

  private static void assertMessage(String name, Object value, String message) {
    assertThatExceptionOfType(InvalidRequestException.class)
        .isThrownBy(() -> GenerationOptions.fromMap(Map.of(name, value)))
        .withMessage(message);
  }

  private static void assertUnknown(String name, String hint) {
    assertThatExceptionOfType(InvalidRequestException.class)
        .isThrownBy(() -> GenerationOptions.fromMap(Map.of(name, 1)))
        .withMessageStartingWith("unknown or unsupported option \"" + name + "\"; ")
        .withMessageContaining(hint);
  }
}
