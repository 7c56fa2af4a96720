package io.loquent.samples.benchmarks.encoders;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

final class SentencesTest {

  @Test
  void lengths_are_ragged_and_the_same_at_each_call() {
    List<String> sentences = Sentences.of(256);

    int[] words = sentences.stream().mapToInt(text -> text.split(" ").length).sorted().toArray();
    assertThat(words).hasSize(256);
    assertThat(words[0]).isBetween(5, 7);
    assertThat(words[128]).isBetween(15, 22);
    assertThat(words[255]).isBetween(70, 90);
    assertThat(Sentences.of(256)).isEqualTo(sentences);
    assertThat(sentences.subList(0, 9)).isEqualTo(Sentences.of(9));
  }
}
