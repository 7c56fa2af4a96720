package io.loquent.samples.benchmarks.pronunciation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ErrorRatesTest {

  private static HeldOutWord word(String... pronunciations) {
    return new HeldOutWord(
        "word", Arrays.stream(pronunciations).map(HeldOutWord::phonemes).toList());
  }

  @ParameterizedTest
  @CsvSource({
    "'', '', 0",
    "'', K AE1 T, 3",
    "K AE1 T, '', 3",
    "K AE1 T, K AE1 T, 0",
    "K AE1 T, K AH0 T, 1",
    "K AE1 T, K AE1 T S, 1",
    "S K AE1 T, K AE1 T, 1",
    "K IH1 T AH0 N, S IH1 T IH0 NG, 3",
    "A B C D, D A B C, 2"
  })
  void the_distance_is_the_fewest_edits(String from, String to, int edits) {
    List<String> one = HeldOutWord.phonemes(from);
    List<String> other = HeldOutWord.phonemes(to);

    assertThat(ErrorRates.distance(one, other)).isEqualTo(edits);
  }

  @Test
  void a_word_is_right_if_it_is_any_of_its_pronunciations() {
    ErrorRates rates = new ErrorRates(true);
    rates.add(List.of("B", "IY1"), word("B EY1", "B IY1"));

    assertThat(rates.wordErrorRate()).isZero();
    assertThat(rates.phonemeErrorRate()).isZero();
  }

  @Test
  void errors_count_against_the_nearest_pronunciation_and_its_length() {
    ErrorRates rates = new ErrorRates(true);
    // One edit from the first, which has three phonemes; three from the second.
    rates.add(List.of("K", "AE1", "B"), word("K AE1 T", "S AH0 T AH0"));
    rates.add(List.of("T", "UW1"), word("T UW1"));
    rates.add(List.of(), word("AH0 V", "AH1 V ER0"));

    assertThat(rates.wordErrorRate()).isCloseTo(200.0 / 3, within(1e-9));
    assertThat(rates.phonemeErrorRate()).isCloseTo(100.0 * (1 + 0 + 2) / (3 + 2 + 2), within(1e-9));
  }

  @Test
  void stress_counts_only_where_it_is_asked_for() {
    ErrorRates stressed = new ErrorRates(true);
    ErrorRates unstressed = new ErrorRates(false);
    for (ErrorRates rates : List.of(stressed, unstressed)) {
      rates.add(List.of("R", "EH0", "K", "ER1", "D"), word("R EH1 K ER0 D"));
      rates.add(List.of("AY1"), word("OW1"));
    }

    assertThat(stressed.wordErrorRate()).isEqualTo(100);
    assertThat(stressed.phonemeErrorRate()).isEqualTo(100.0 * 3 / 6);
    assertThat(unstressed.wordErrorRate()).isEqualTo(50);
    assertThat(unstressed.phonemeErrorRate()).isCloseTo(100.0 / 6, within(1e-9));
  }
}
