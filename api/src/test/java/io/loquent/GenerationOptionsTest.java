package io.loquent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class GenerationOptionsTest {

  private static final GenerationOptions MODEL =
      GenerationOptions.builder().numBeams(6).topK(10).topP(0.9).build();
  private static final GenerationOptions APPLICATION =
      GenerationOptions.builder().topK(20).off(Option.TOP_P).temperature(0.5).build();

  @Test
  void nothing_is_set_in_none() {
    for (Option<?> option : Option.all()) {
      assertThat(GenerationOptions.none().get(option)).isEmpty();
      assertThat(GenerationOptions.none().isOff(option)).isFalse();
    }
    assertThat(GenerationOptions.builder().build()).isEqualTo(GenerationOptions.none());
  }

  @Test
  void a_request_goes_over_the_application_over_the_model() {
    GenerationOptions request = GenerationOptions.builder().temperature(0.7).build();
    GenerationOptions effective = request.orElse(APPLICATION).orElse(MODEL);
    assertThat(effective.get(Option.TEMPERATURE)).contains(0.7);
    assertThat(effective.get(Option.TOP_K)).contains(20);
    assertThat(effective.get(Option.NUM_BEAMS)).contains(6);
  }

  @Test
  void what_is_switched_off_stays_off_whatever_is_below() {
    GenerationOptions effective = GenerationOptions.none().orElse(APPLICATION).orElse(MODEL);
    assertThat(effective.get(Option.TOP_P)).isEmpty();
    assertThat(effective.isOff(Option.TOP_P)).isTrue();
  }

  @Test
  void a_higher_level_may_set_what_a_lower_one_switched_off() {
    GenerationOptions effective =
        GenerationOptions.builder().topP(0.3).build().orElse(APPLICATION).orElse(MODEL);
    assertThat(effective.get(Option.TOP_P)).contains(0.3);
    assertThat(effective.isOff(Option.TOP_P)).isFalse();
  }

  @Test
  void off_is_not_unset() {
    GenerationOptions off = GenerationOptions.builder().off(Option.TOP_P).build();
    assertThat(off).isNotEqualTo(GenerationOptions.none());
    assertThat(off.orElse(MODEL).get(Option.TOP_P)).isEmpty();
    assertThat(GenerationOptions.none().orElse(MODEL).get(Option.TOP_P)).contains(0.9);
    assertThat(off.toMap()).containsEntry("top_p", null);
  }

  @Test
  void merging_changes_neither_side() {
    GenerationOptions before = APPLICATION.toBuilder().build();
    APPLICATION.orElse(MODEL);
    assertThat(APPLICATION).isEqualTo(before);
    assertThat(MODEL.get(Option.TOP_K)).contains(10);
  }

  @Test
  void a_builder_used_again_does_not_change_what_it_built() {
    GenerationOptions.Builder builder = GenerationOptions.builder().topK(5);
    GenerationOptions first = builder.build();
    builder.topK(6).seed(1);
    assertThat(first.get(Option.TOP_K)).contains(5);
    assertThat(first.get(Option.SEED)).isEmpty();
    assertThat(first.toBuilder().topK(7).build().get(Option.TOP_K)).contains(7);
    assertThat(first.get(Option.TOP_K)).contains(5);
  }

  @Test
  void named_setters_set_the_option_of_their_name() {
    GenerationOptions options =
        GenerationOptions.builder()
            .maxNewTokens(1)
            .maxLength(2)
            .minNewTokens(3)
            .maxTime(Duration.ofSeconds(4))
            .stopStrings("a", "b")
            .numBeams(5)
            .lengthPenalty(6)
            .numReturnSequences(7)
            .seed(8)
            .temperature(9)
            .topK(10)
            .topP(0.11)
            .repetitionPenalty(12)
            .noRepeatNgramSize(13)
            .topLogprobs(14)
            .build();
    assertThat(options.toMap())
        .isEqualTo(
            Map.ofEntries(
                Map.entry("max_new_tokens", 1),
                Map.entry("max_length", 2),
                Map.entry("min_new_tokens", 3),
                Map.entry("max_time", 4.0),
                Map.entry("stop_strings", List.of("a", "b")),
                Map.entry("num_beams", 5),
                Map.entry("length_penalty", 6.0),
                Map.entry("num_return_sequences", 7),
                Map.entry("seed", 8L),
                Map.entry("temperature", 9.0),
                Map.entry("top_k", 10),
                Map.entry("top_p", 0.11),
                Map.entry("repetition_penalty", 12.0),
                Map.entry("no_repeat_ngram_size", 13),
                Map.entry("top_logprobs", 14)));
  }

  @Test
  void setters_check_the_range_at_once() {
    GenerationOptions.Builder builder = GenerationOptions.builder();
    assertThatExceptionOfType(InvalidRequestException.class)
        .isThrownBy(() -> builder.numBeams(0))
        .withMessageContaining("num_beams");
    assertThatExceptionOfType(InvalidRequestException.class)
        .isThrownBy(() -> builder.topP(2))
        .withMessageContaining("top_p");
    assertThatExceptionOfType(InvalidRequestException.class)
        .isThrownBy(() -> builder.maxTime(Duration.ZERO))
        .withMessageContaining("max_time");
    assertThatExceptionOfType(InvalidRequestException.class)
        .isThrownBy(() -> builder.maxTime(Duration.ofSeconds(Long.MAX_VALUE)))
        .withMessageContaining("max_time");
    assertThatNullPointerException().isThrownBy(() -> builder.set(Option.TOP_K, null));
    assertThat(builder.build()).isEqualTo(GenerationOptions.none());
  }

  @Test
  void names_that_are_no_options_go_to_the_consumer() {
    List<String> unknown = new ArrayList<>();
    GenerationOptions options =
        GenerationOptions.fromMap(
            Map.of("transformers_version", "5.0", "num_beams", 4), unknown::add);
    assertThat(unknown).containsExactly("transformers_version");
    assertThat(options).isEqualTo(GenerationOptions.builder().numBeams(4).build());
  }

  @Test
  void equal_options_are_equal_in_any_order() {
    GenerationOptions one = GenerationOptions.builder().topK(1).topP(0.5).build();
    GenerationOptions two = GenerationOptions.builder().topP(0.5).topK(1).build();
    assertThat(one).isEqualTo(two).hasSameHashCodeAs(two);
    assertThat(one).isNotEqualTo(GenerationOptions.none());
    assertThat(GenerationOptions.builder().topK(1).build()).hasToString("{top_k=1}");
  }

  @Property(tries = 200)
  void any_set_of_options_survives_writing_and_reading(@ForAll long seed) {
    GenerationOptions options = random(new Random(seed));
    assertThat(GenerationOptions.fromMap(options.toMap())).isEqualTo(options);
    assertThat(options.toBuilder().build()).isEqualTo(options);
  }

  @Property(tries = 200)
  void merging_is_associative_and_none_is_neutral(@ForAll long seed) {
    Random random = new Random(seed);
    GenerationOptions a = random(random);
    GenerationOptions b = random(random);
    GenerationOptions c = random(random);
    assertThat(a.orElse(b).orElse(c)).isEqualTo(a.orElse(b.orElse(c)));
    assertThat(a.orElse(GenerationOptions.none())).isEqualTo(a);
    assertThat(GenerationOptions.none().orElse(a)).isEqualTo(a);
  }

  private static GenerationOptions random(Random random) {
    GenerationOptions options = GenerationOptions.none();
    for (Map.Entry<String, List<Object>> sample : OptionSamples.good().entrySet()) {
      int state = random.nextInt(3);
      String name = sample.getKey();
      if (state == 1) {
        options = GenerationOptions.fromMap(Collections.singletonMap(name, null)).orElse(options);
      } else if (state == 2) {
        Object value = sample.getValue().get(random.nextInt(sample.getValue().size()));
        options = GenerationOptions.fromMap(Map.of(name, value)).orElse(options);
      }
    }
    return options;
  }
}
