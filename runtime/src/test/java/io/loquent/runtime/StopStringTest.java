package io.loquent.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.loquent.Candidate;
import io.loquent.Decoding;
import io.loquent.FinishReason;
import io.loquent.GenerationOptions;
import io.loquent.GenerationRequest;
import io.loquent.Generator;
import io.loquent.Input;
import io.loquent.Option;
import io.loquent.Token;
import io.loquent.TokenStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Stop strings end a text right before them, and no part of one is ever shown. */
@ExtendWith(NothingLeaks.class)
final class StopStringTest {

  private static final Map<String, Generator> OPEN = new LinkedHashMap<>();

  @BeforeAll
  static void open() {
    for (String fixture : List.of("gpt2-tiny", "llama-tiny", "t5-tiny")) {
      OPEN.put(fixture, Generator.open(Goldens.config(fixture).build()));
    }
  }

  @AfterAll
  static void close() {
    OPEN.values().forEach(Generator::close);
    OPEN.clear();
  }

  private static GenerationRequest.Builder request(long seed) {
    int[] prompt = new Random(seed).ints(4, 10, 180).toArray();
    return GenerationRequest.tokens(prompt)
        .options(o -> o.maxNewTokens(24).set(Option.EOS_TOKEN_ID, List.of(1_000_000)));
  }

  /** Runs a request in every way and checks that all of them end where the text says. */
  private static Candidate stopped(
      Generator generator, GenerationRequest.Builder request, String whole, String... stops) {
    int expected = firstToEnd(whole, stops);
    GenerationRequest stopping = request.options(o -> o.stopStrings(stops)).build();
    Candidate candidate = generator.generate(stopping).best();
    assertThat(candidate.finishReason()).isEqualTo(FinishReason.STOP_STRING);
    assertThat(candidate.text()).doesNotContain(stops).isEqualTo(whole.substring(0, expected));
    StringBuilder shown = new StringBuilder();
    try (TokenStream stream = generator.stream(stopping)) {
      for (Token token : stream) {
        shown.append(token.text());
        assertThat(candidate.text()).startsWith(shown);
      }
    }
    assertThat(shown.toString()).isEqualTo(candidate.text());
    StringBuilder tokens = new StringBuilder();
    candidate.tokens().forEach(token -> tokens.append(token.text()));
    assertThat(tokens.toString()).isEqualTo(candidate.text());
    return candidate;
  }

  /** Where the stop string begins that is complete first; the text's length without any. */
  private static int firstToEnd(String text, String... stops) {
    int begin = text.length();
    int end = Integer.MAX_VALUE;
    for (String stop : stops) {
      int index = text.indexOf(stop);
      if (index >= 0 && index + stop.length() < end) {
        begin = index;
        end = index + stop.length();
      }
    }
    return begin;
  }

  @Test
  void any_part_of_a_generated_text_can_be_a_stop_string() {
    OPEN.forEach(
        (fixture, generator) -> {
          Random random = new Random(1);
          for (int seed = 0; seed < 12; seed++) {
            String whole = generator.generate(request(seed).build()).text();
            for (int length = 1; length <= Math.min(9, whole.length()); length += 2) {
              int from = random.nextInt(whole.length() - length + 1);
              String stop = whole.substring(from, from + length);
              // A broken character may still become a whole one.
              if (!stop.contains("\uFFFD") && isWhole(stop)) {
                stopped(generator, request(seed), whole, stop);
              }
            }
          }
        });
  }

  private static boolean isWhole(String text) {
    return !Character.isLowSurrogate(text.charAt(0))
        && !Character.isHighSurrogate(text.charAt(text.length() - 1));
  }

  @Test
  void a_stop_at_the_very_start_leaves_no_text() {
    OPEN.forEach(
        (fixture, generator) -> {
          String whole = generator.generate(request(3).build()).text();
          String stop = whole.substring(0, 1);
          if (!stop.equals("\uFFFD")) {
            assertThat(stopped(generator, request(3), whole, stop).text()).isEmpty();
          }
        });
  }

  @Test
  void a_stop_made_of_the_last_characters_wins_over_the_length() {
    Generator generator = OPEN.get("t5-tiny");
    String whole = generator.generate(request(3).build()).text();
    String end = whole.substring(whole.length() - 2);
    if (whole.indexOf(end) == whole.length() - 2) {
      stopped(generator, request(3), whole, end);
    }
  }

  @Test
  void of_several_stops_the_first_to_be_complete_ends_the_text() {
    Words words = new Words(OPEN.get("gpt2-tiny"));
    words.check("one two ", "three", "four", "five");
    words.check("one ", "three", "two three", "two");
    words.check("", "three", "one", "two");
    // Overlapping: the shorter one is complete first, though the longer one began before it.
    words.check("one ", "one two three four", "two");
  }

  @Test
  void a_stop_within_a_character_of_several_bytes() {
    Words words = new Words(OPEN.get("gpt2-tiny"));
    words.force("caf\u00e9 \ud83d\ude00 na\u00efve");
    words.check("caf", "\u00e9");
    words.check("caf\u00e9 ", "\ud83d\ude00");
    words.check("caf\u00e9", " \ud83d\ude00 na");
    words.check("caf\u00e9 \ud83d\ude00 na", "\u00efv");
  }

  @Test
  void what_only_looked_like_a_stop_is_shown_in_the_end() {
    Words words = new Words(OPEN.get("gpt2-tiny"));
    words.force("one two");
    words.check("one two", "two three");
    words.check("one two", "two ");
    words.check("one two", "one two three", "o three");
  }

  @Test
  void stop_strings_with_special_characters_of_patterns_are_taken_as_they_are() {
    Words words = new Words(OPEN.get("gpt2-tiny"));
    words.force("f(x) = [a|b]* $1");
    words.check("f", "(x)");
    words.check("f(x) = ", "[a|b]*");
    words.check("f(x) = [a|b]* ", "$1");
    words.check("f(x) = [a|b]* $1", ".*");
  }

  @Test
  void beams_end_before_their_stop_strings() {
    List<Consumer<GenerationOptions.Builder>> searches =
        List.of(
            o -> o.decoding(Decoding.beam(4)).numReturnSequences(4),
            o -> o.decoding(Decoding.beam(4).groups(2, 0.4)).numReturnSequences(4),
            o -> o.decoding(Decoding.beam(3).sampled()).numReturnSequences(3).seed(5));
    OPEN.forEach(
        (fixture, generator) -> {
          int stopped = 0;
          for (Consumer<GenerationOptions.Builder> search : searches) {
            for (String stop : List.of("a", "e", "th", " o")) {
              GenerationRequest request =
                  request(7).options(search).options(o -> o.stopStrings(stop)).build();
              List<Candidate> candidates = generator.generate(request).candidates();
              assertThat(candidates).allMatch(candidate -> !candidate.text().contains(stop));
              StringBuilder shown = new StringBuilder();
              generator.generate(request, token -> shown.append(token.text()));
              assertThat(shown.toString()).isEqualTo(candidates.get(0).text());
              stopped +=
                  (int)
                      candidates.stream()
                          .filter(each -> each.finishReason() == FinishReason.STOP_STRING)
                          .count();
            }
          }
          assertThat(stopped).as(fixture).isPositive();
        });
  }

  /** Makes a model say a given text, by allowing nothing else. */
  private static final class Words {
    private final Generator generator;
    private int[] ids = {};

    Words(Generator generator) {
      this.generator = generator;
      force("one two three four");
    }

    void force(String text) {
      List<Integer> all = new ArrayList<>();
      generator
          .score(Input.tokens(5), Input.text(text))
          .tokens()
          .forEach(token -> all.add(token.id()));
      ids = all.stream().mapToInt(Integer::intValue).toArray();
    }

    void check(String expected, String... stops) {
      GenerationRequest.Builder request =
          GenerationRequest.tokens(5)
              .options(o -> o.maxNewTokens(ids.length).set(Option.EOS_TOKEN_ID, List.of(511)))
              .prefixAllowedTokens(
                  tokens -> List.of(ids[Math.min(tokens.generatedLength(), ids.length - 1)]));
      String whole = generator.generate(request.build()).text();
      if (firstToEnd(whole, stops) == whole.length()) {
        Candidate candidate =
            generator.generate(request.options(o -> o.stopStrings(stops)).build()).best();
        assertThat(candidate.finishReason()).isEqualTo(FinishReason.MAX_TOKENS);
        assertThat(candidate.text()).isEqualTo(whole).isEqualTo(expected);
      } else {
        assertThat(stopped(generator, request, whole, stops).text()).isEqualTo(expected);
      }
    }
  }
}
