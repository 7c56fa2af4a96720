package io.loquent.internal.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.CharBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTest {

  @Test
  void reads_every_kind_of_value() {
    assertThat(Json.parse(" {\"a\" : [ 1 , -2.5 , true , false , null , \"x\" ] ,\n\"b\":{ } } "))
        .isEqualTo(map("a", Arrays.asList(1L, -2.5, true, false, null, "x"), "b", Map.of()));
    assertThat(Json.parse("[]")).isEqualTo(List.of());
  }

  @Test
  void keeps_the_order_of_members() {
    assertThat(Json.parseObject("{\"z\":1,\"a\":2,\"m\":3}").keySet())
        .containsExactly("z", "a", "m");
  }

  @Test
  void reads_whole_numbers_that_fit_as_long_and_all_others_as_double() {
    assertThat(Json.parse("0")).isEqualTo(0L);
    assertThat(Json.parse("-0")).isEqualTo(0L);
    assertThat(Json.parse("9223372036854775807")).isEqualTo(Long.MAX_VALUE);
    assertThat(Json.parse("-9223372036854775808")).isEqualTo(Long.MIN_VALUE);
    assertThat(Json.parse("9223372036854775808")).isEqualTo(0x1p63);
    assertThat(Json.parse("1000000000000000019884624838656")).isEqualTo(1e30);
    assertThat(Json.parse("1.0")).isEqualTo(1.0);
    assertThat(Json.parse("1e2")).isEqualTo(100.0);
    assertThat(Json.parse("-1.5E-3")).isEqualTo(-0.0015);
    assertThat(Json.parse("1E+2")).isEqualTo(100.0);
    assertThat(Json.parse("-0.0")).isEqualTo(-0.0);
  }

  @Test
  void reads_the_special_numbers_that_python_writes() {
    assertThat(Json.parse("[NaN, Infinity, -Infinity]"))
        .isEqualTo(List.of(Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY));
  }

  @Test
  void reads_all_escapes() {
    assertThat(Json.parse("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\u00E9\""))
        .isEqualTo("\"\\/\b\f\n\r\té\u00e9");
    assertThat(Json.parse("\"\\ud83d\\ude00\"")).isEqualTo("😀");
    assertThat(Json.parse("\"\\ud83d\"")).isEqualTo("\ud83d");
    assertThat(Json.parse("\"\u007f\u2028\"")).isEqualTo("\u007f\u2028");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "{",
        "[",
        "\"",
        "[1",
        "[1,",
        "[1,]",
        "[,1]",
        "[1 2]",
        "{\"a\"}",
        "{\"a\":}",
        "{\"a\":1,}",
        "{,}",
        "{a:1}",
        "{'a':1}",
        "{1:2}",
        "{\"a\" 1}",
        "tru",
        "True",
        "nul",
        "nan",
        "-",
        "+1",
        "01",
        "-01",
        "00",
        "1.",
        ".5",
        "1.e3",
        "1e",
        "1e+",
        "0x10",
        "- 1",
        "-Infinit",
        "1 2",
        "[1]]",
        "{}x",
        "'a'",
        "\"a",
        "\"\t\"",
        "\"\n\"",
        "\"\u0000\"",
        "\"\\x\"",
        "\"\\",
        "\"\\u\"",
        "\"\\u12\"",
        "\"\\u12g4\"",
        "\"\\u+123\"",
        "\"\\u\uff11\uff12\uff13\uff14\"",
        "/* c */ 1",
        "// c\n1",
        "\u00a01",
        "\uFEFF\uFEFF1"
      })
  void refuses_what_is_not_json(String text) {
    assertThatExceptionOfType(JsonException.class)
        .isThrownBy(() -> Json.parse(text))
        .withMessageMatching("(?s)not JSON at line \\d+, column \\d+: .+");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"a\": tru} | line 1, column 7: expected true",
        "[1 2] | line 1, column 4: expected ']', found '2'",
        "[1 | line 1, column 3: expected ']', found the end of the text",
        "{a:1} | line 1, column 2: expected a member name in double quotes",
        "[01] | line 1, column 4: a number must not start with 0",
        "{\"a\":1,\"a\":2} | line 1, column 12: member \"a\" is there twice",
      })
  void says_where_and_what(String text, String message) {
    assertThatExceptionOfType(JsonException.class)
        .isThrownBy(() -> Json.parse(text))
        .withMessage("not JSON at " + message);
  }

  @Test
  void counts_lines() {
    assertThatExceptionOfType(JsonException.class)
        .isThrownBy(() -> Json.parse("{\r\n  \"a\": 1,\r\n  \"b\" 2\r\n}"))
        .withMessage("not JSON at line 3, column 7: expected ':', found '2'");
  }

  @Test
  void refuses_a_depth_bomb_without_running_out_of_stack() {
    String deep = "[".repeat(512) + "]".repeat(512);
    assertThat(Json.write(Json.parse(deep))).isEqualTo(deep);
    for (String open : List.of("[", "{\"a\":")) {
      assertThatExceptionOfType(JsonException.class)
          .isThrownBy(() -> Json.parse(open.repeat(1_000_000)))
          .withMessageContaining("nested more than 512 levels deep");
    }
  }

  @Test
  void does_not_take_breadth_for_depth() {
    String wide = "[" + "[],".repeat(2000) + "{}]";
    assertThat((List<?>) Json.parse(wide)).hasSize(2001);
  }

  @Test
  void an_object_is_asked_for_by_name() {
    assertThatExceptionOfType(JsonException.class)
        .isThrownBy(() -> Json.parseObject("[1]"))
        .withMessage("expected a JSON object {...}, found [1]");
    assertThatExceptionOfType(JsonException.class).isThrownBy(() -> Json.parseObject("null"));
  }

  @Test
  void writes_every_kind_of_value_on_one_line() {
    assertThat(
            Json.write(
                map(
                    "a",
                    Arrays.asList(1, 2L, 0.5, 0.1f, true, null),
                    "b",
                    new int[] {1, 2},
                    "c",
                    new double[] {0.5},
                    "d",
                    Map.of(),
                    "e",
                    Thread.State.NEW,
                    "f",
                    CharBuffer.wrap("x"))))
        .isEqualTo(
            "{\"a\":[1,2,0.5,0.1,true,null],\"b\":[1,2],\"c\":[0.5],\"d\":{},"
                + "\"e\":\"NEW\",\"f\":\"x\"}");
  }

  @Test
  void writes_numbers_that_json_does_not_have_as_null() {
    assertThat(Json.write(List.of(Double.NaN, Float.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY)))
        .isEqualTo("[null,null,null]");
  }

  @Test
  void escapes_what_must_be_escaped() {
    assertThat(Json.write("\"\\\n\r\t\u0000\u001fé😀/"))
        .isEqualTo("\"\\\"\\\\\\n\\r\\t\\u0000\\u001fé😀/\"");
    assertThat(Json.write("a\ud83d")).isEqualTo("\"a\\ud83d\"");
    assertThat(Json.write("\ude00a")).isEqualTo("\"\\ude00a\"");
    assertThat(Json.write("\ud83d\ud83d\ude00\ude00")).isEqualTo("\"\\ud83d\ud83d\ude00\\ude00\"");
  }

  @Test
  void refuses_to_write_other_objects() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Json.write(new Object()))
        .withMessageContaining("java.lang.Object");
  }

  @Property(tries = 500)
  void what_is_written_reads_back_equal(@ForAll("values") Object value) {
    String text = Json.write(value);
    assertThat(Json.parse(text)).isEqualTo(value);
    assertThat(text).doesNotContain("\n");
  }

  @Property(tries = 500)
  void any_text_gives_a_value_or_a_json_exception(@ForAll("nearlyJson") String text) {
    try {
      Object value = Json.parse(text);
      assertThat(Json.parse(Json.write(value))).isNotSameAs(text);
    } catch (JsonException e) {
      assertThat(e).hasMessageStartingWith("not JSON at line ");
    }
  }

  @Provide
  Arbitrary<String> nearlyJson() {
    return Arbitraries.strings().withChars("{}[]\",:\\u0123eE+-.tfnNI \n").ofMaxLength(12);
  }

  @Provide
  Arbitrary<Object> values() {
    return values(3);
  }

  private static Arbitrary<Object> values(int depth) {
    Arbitrary<Object> scalars =
        Arbitraries.oneOf(
            Arbitraries.longs().asGeneric(),
            Arbitraries.doubles().asGeneric(),
            Arbitraries.of(true, false).asGeneric(),
            Arbitraries.strings().ofMaxLength(8).asGeneric(),
            Arbitraries.just((Object) null));
    if (depth == 0) {
      return scalars;
    }
    Arbitrary<Object> inner = values(depth - 1);
    return Arbitraries.oneOf(
        scalars,
        inner.list().ofMaxSize(4).asGeneric(),
        Arbitraries.maps(Arbitraries.strings().ofMaxLength(4), inner)
            .ofMaxSize(4)
            .map(LinkedHashMap::new)
            .asGeneric());
  }

  private static Map<String, Object> map(Object... namesAndValues) {
    Map<String, Object> map = new LinkedHashMap<>();
    List<Object> all = new ArrayList<>(Arrays.asList(namesAndValues));
    for (int i = 0; i < all.size(); i += 2) {
      map.put((String) all.get(i), all.get(i + 1));
    }
    return map;
  }
}
