package io.loquent.tokenizers.chat;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.StringLength;

/** Searching against that of the JDK, for parts of every length. */
class TextSearchTest {

  @Property
  void the_first_and_the_last_place_are_those_of_the_jdk(
      @ForAll @CharRange(from = 'a', to = 'b') @StringLength(max = 6) String unit,
      @ForAll @CharRange(from = 'a', to = 'b') @StringLength(max = 60) String around,
      @ForAll @IntRange(max = 20) int times,
      @ForAll @IntRange(max = 20) int fewer) {
    String part = unit.repeat(times) + around;
    String text = around + unit.repeat(times + fewer) + around + unit.repeat(fewer) + part + around;
    int from = Math.min(fewer, text.length());
    int end = text.length() - from;
    assertThat(TextSearch.indexOf(text, part, from)).isEqualTo(text.indexOf(part, from));
    assertThat(TextSearch.lastIndexOf(text, part, end))
        .isEqualTo(text.substring(0, end).lastIndexOf(part));
  }
}
