package io.loquent.tokenizers;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.StringLength;

/** Stages that see a text in parts against the same rule on the whole text. */
class StagePropertiesTest {

  @Property
  void replacing_in_parts_equals_replacing_in_the_whole(
      @ForAll List<@CharRange(from = 'a', to = 'b') @StringLength(max = 4) String> parts,
      @ForAll @CharRange(from = 'a', to = 'b') @StringLength(min = 1, max = 4) String pattern,
      @ForAll @CharRange(from = 'a', to = 'c') @StringLength(max = 2) String replacement) {
    TextCollector out = new TextCollector();
    assertThat(run(parts, new ReplaceStage(pattern, replacement, out), out))
        .isEqualTo(String.join("", parts).replace(pattern, replacement));
  }

  @Property
  void stripping_in_parts_equals_stripping_the_whole(
      @ForAll List<@CharRange(from = 'a', to = 'b') @StringLength(max = 4) String> parts,
      @ForAll @IntRange(max = 3) int start,
      @ForAll @IntRange(max = 3) int stop) {
    TextCollector out = new TextCollector();
    String whole = String.join("", parts).replaceFirst("^a{0," + start + "}", "");
    String reference = stripEnd(whole, stop);
    assertThat(run(parts, new StripStage('a', start, stop, out), out)).isEqualTo(reference);
  }

  private static String stripEnd(String text, int stop) {
    String stripped = text;
    for (int i = 0; i < stop && stripped.endsWith("a"); i++) {
      stripped = stripped.substring(0, stripped.length() - 1);
    }
    return stripped;
  }

  private static String run(List<String> parts, PieceSink first, TextCollector out) {
    StringBuilder text = new StringBuilder();
    for (String part : parts) {
      first.piece(part);
      text.append(out.take());
    }
    first.end();
    return text.append(out.take()).toString();
  }
}
