package io.loquent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.loquent.internal.json.Json;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class OutputConstraintTest {

  enum Colour {
    RED,
    GREEN
  }

  record Point(int x, double y) {}

  record Shape(
      String name,
      Colour colour,
      List<Point> points,
      Optional<String> note,
      Map<String, Boolean> flags,
      Set<Long> ids,
      Optional<Shape> inside) {}

  record Numbers(byte a, Short b, long c, float d, BigDecimal e, BigInteger f, Boolean g) {}

  record Checked(int age) {
    Checked {
      if (age < 0) {
        throw new IllegalArgumentException("an age is not negative");
      }
    }
  }

  record Unsupported(Object anything) {}

  private static GenerationResult saying(String text) {
    Candidate candidate = new Candidate(text, List.of(), 0, FinishReason.CONSTRAINT_COMPLETE);
    return new GenerationResult(
        List.of(candidate), new Usage(1, 0, 1, 1), new Timings(Duration.ZERO, Duration.ZERO));
  }

  @Test
  void a_record_has_a_schema() {
    assertThat(Json.parse(OutputConstraint.json(Shape.class).schema()))
        .isEqualTo(
            Json.parse(
                """
                {"$ref": "#/$defs/Shape", "$defs": {
                  "Shape": {"type": "object", "properties": {
                    "name": {"type": "string"},
                    "colour": {"enum": ["RED", "GREEN"]},
                    "points": {"type": "array", "items": {"$ref": "#/$defs/Point"}},
                    "note": {"type": "string"},
                    "flags": {"type": "object", "additionalProperties": {"type": "boolean"}},
                    "ids": {"type": "array", "items": {"type": "integer"}},
                    "inside": {"$ref": "#/$defs/Shape"}},
                    "required": ["name", "colour", "points", "flags", "ids"],
                    "additionalProperties": false},
                  "Point": {"type": "object", "properties": {
                    "x": {"type": "integer", "minimum": -2147483648, "maximum": 2147483647},
                    "y": {"type": "number"}},
                    "required": ["x", "y"], "additionalProperties": false}}}
                """));
  }

  @Test
  void a_result_is_read_as_a_record() {
    Shape shape =
        saying(
                """
                {"name": "é\\n", "colour": "GREEN", "points": [{"x": -1, "y": 2}],
                 "flags": {"a": true}, "ids": [3, 3, 4],
                 "inside": {"name": "", "colour": "RED", "points": [], "flags": {}, "ids": []}}
                """)
            .json(Shape.class);

    assertThat(shape.name()).isEqualTo("é\n");
    assertThat(shape.colour()).isEqualTo(Colour.GREEN);
    assertThat(shape.points()).containsExactly(new Point(-1, 2));
    assertThat(shape.note()).isEmpty();
    assertThat(shape.flags()).containsExactly(Map.entry("a", true));
    assertThat(shape.ids()).containsExactly(3L, 4L);
    assertThat(shape.inside().map(Shape::colour)).contains(Colour.RED);
  }

  @Test
  void numbers_have_the_type_of_their_component() {
    Numbers numbers =
        saying("{\"a\":-7,\"b\":300,\"c\":1,\"d\":0.5,\"e\":1.25,\"f\":12,\"g\":false}")
            .json(Numbers.class);

    assertThat(numbers)
        .isEqualTo(
            new Numbers(
                (byte) -7,
                (short) 300,
                1,
                0.5f,
                new BigDecimal("1.25"),
                BigInteger.valueOf(12),
                false));
  }

  @Test
  void a_text_that_does_not_fit_is_refused_with_its_place() {
    assertThatThrownBy(() -> saying("{\"x\": 1, \"y\":").json(Point.class))
        .isInstanceOf(InvalidOutputException.class)
        .hasMessageContaining("Point")
        .hasMessageContaining("not JSON");
    assertThatThrownBy(() -> saying("{\"x\": 1.5, \"y\": 1}").json(Point.class))
        .isInstanceOf(InvalidOutputException.class)
        .hasMessageContaining("Point.x");
    assertThatThrownBy(() -> saying("{\"x\": 1}").json(Point.class))
        .isInstanceOf(InvalidOutputException.class)
        .hasMessageContaining("Point.y");
    assertThatThrownBy(() -> saying("{\"age\": -1}").json(Checked.class))
        .isInstanceOf(InvalidOutputException.class)
        .hasMessageContaining("not negative");
  }

  @Test
  void a_component_without_a_schema_is_refused_by_name() {
    assertThatThrownBy(() -> OutputConstraint.json(Unsupported.class))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("Unsupported.anything");
  }

  @Test
  void constraints_are_read_as_they_are_written() {
    for (OutputConstraint constraint :
        List.of(
            OutputConstraint.choice("a", "b"),
            OutputConstraint.regex("a+"),
            OutputConstraint.json(),
            OutputConstraint.json().withoutSpaces(),
            OutputConstraint.jsonSchema(Map.of("type", "integer")).withoutSpaces(),
            OutputConstraint.grammar("root ::= \"a\""))) {
      assertThat(OutputConstraint.fromMap(constraint.toMap())).isEqualTo(constraint);
      assertThat(
              GenerationOptions.fromMap(
                      GenerationOptions.builder().constraint(constraint).build().toMap())
                  .get(Option.CONSTRAINT))
          .contains(constraint);
    }
  }

  @Test
  void what_is_no_constraint_is_refused() {
    for (Map<String, ?> map :
        List.<Map<String, ?>>of(
            Map.of(),
            Map.of("regex", "a", "json", true),
            Map.of("json", false),
            Map.of("choice", List.of(1)),
            Map.of("regex", "a", "compact", true),
            Map.of("json_schema", "text"))) {
      assertThatThrownBy(() -> OutputConstraint.fromMap(map))
          .isInstanceOf(InvalidRequestException.class)
          .hasMessageContaining("a constraint must be");
    }
    assertThatThrownBy(() -> OutputConstraint.choice()).isInstanceOf(InvalidRequestException.class);
    assertThatThrownBy(() -> OutputConstraint.jsonSchema("{"))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("not JSON");
    assertThatThrownBy(() -> OutputConstraint.jsonSchema("1"))
        .isInstanceOf(InvalidRequestException.class);
  }
}
