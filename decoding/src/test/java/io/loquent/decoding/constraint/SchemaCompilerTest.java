package io.loquent.decoding.constraint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.networknt.schema.JsonSchema;
import io.loquent.InvalidRequestException;
import io.loquent.OutputConstraint;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SchemaCompilerTest {

  private static final List<String> DOCUMENTS = Documents.small();

  private static Reading compact(String schema) {
    return new Reading(OutputConstraint.jsonSchema(schema).withoutSpaces());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "true",
        "{}",
        "{'type': 'null'}",
        "{'type': ['boolean', 'null']}",
        "{'type': 'integer'}",
        "{'type': 'number'}",
        "{'type': 'integer', 'minimum': 3, 'maximum': 17}",
        "{'type': 'integer', 'exclusiveMinimum': -5, 'exclusiveMaximum': 12}",
        "{'type': 'integer', 'maximum': -3}",
        "{'type': 'integer', 'multipleOf': 7}",
        "{'type': 'integer', 'multipleOf': 4, 'minimum': -9, 'maximum': 21}",
        "{'type': 'number', 'minimum': 0.5, 'maximum': 9.99}",
        "{'type': 'number', 'exclusiveMinimum': 0.5, 'exclusiveMaximum': 10.1}",
        "{'type': 'number', 'minimum': -0.5, 'exclusiveMaximum': 0}",
        "{'type': 'number', 'multipleOf': 0.25}",
        "{'type': 'string'}",
        "{'type': 'string', 'minLength': 1, 'maxLength': 2}",
        "{'type': 'string', 'pattern': '^a+b'}",
        "{'type': 'string', 'pattern': 'b', 'maxLength': 2}",
        "{'type': 'string', 'pattern': '[^a]$'}",
        "{'type': 'string', 'not': {'const': 'ab'}}",
        "{'type': 'string', 'not': {'type': 'string', 'pattern': 'a'}}",
        "{'not': {'type': ['array', 'object', 'string']}}",
        "{'enum': [1, 'a', null, [1], {'a': 1}, true]}",
        "{'enum': [1, 7, 'a', 'ab'], 'type': 'integer', 'minimum': 5}",
        "{'const': {'a': 1, 'b': 'a'}}",
        "{'type': 'array'}",
        "{'type': 'array', 'items': {'type': 'integer'}}",
        "{'type': 'array', 'items': {'type': 'string'}, 'minItems': 1, 'maxItems': 2}",
        "{'type': 'array', 'minItems': 3}",
        "{'type': 'array', 'prefixItems': [{'type': 'integer'}, {'type': 'string'}]}",
        "{'type': 'array', 'prefixItems': [{'type': 'integer'}, true], 'items': false,"
            + " 'minItems': 1}",
        "{'type': 'array', 'items': {'enum': [1, 7, true]}, 'uniqueItems': true, 'minItems': 1}",
        "{'type': 'object'}",
        "{'type': 'object', 'properties': {'a': {'type': 'integer'}}, 'required': ['a']}",
        "{'type': 'object', 'properties': {'a': {'type': 'integer'}, 'b': {'type': 'string'}},"
            + " 'required': ['b'], 'additionalProperties': false}",
        "{'type': 'object', 'properties': {'a': true, 'b': true}, 'additionalProperties':"
            + " {'type': 'integer'}}",
        "{'type': 'object', 'additionalProperties': {'type': ['string', 'array']}}",
        "{'type': 'object', 'minProperties': 2}",
        "{'type': 'object', 'maxProperties': 1, 'properties': {'a': true, 'b': true}}",
        "{'type': 'object', 'properties': {'a': true}, 'minProperties': 2, 'maxProperties': 2}",
        "{'type': 'object', 'patternProperties': {'^[ab]$': {'type': 'integer'}}}",
        "{'type': 'object', 'patternProperties': {'a|c': {'type': 'integer'}, 'b|c': {'type':"
            + " ['integer', 'string']}}, 'additionalProperties': false}",
        "{'type': 'object', 'propertyNames': {'maxLength': 1, 'pattern': '[bc]'}}",
        "{'type': 'object', 'properties': {'a': false}, 'required': ['b']}",
        "{'type': 'object', 'dependentRequired': {'b': ['a']}, 'properties': {'a': true, 'b':"
            + " true}}",
        "{'type': 'object', 'not': {'required': ['a']}}",
        "{'type': ['object', 'string'], 'not': {'required': ['a']}}",
        "{'dependentRequired': {'b': ['a']}, 'properties': {'a': true, 'b': true}}",
        "{'type': 'array', 'items': {'enum': [1, 5, 7], 'minimum': 3}, 'uniqueItems': true}",
        "{'type': 'array', 'items': {'enum': ['a', 'b', 7], 'not': {'const': 'a'}},"
            + " 'uniqueItems': true}",
        "{'anyOf': [{'type': 'integer', 'maximum': 3}, {'type': 'string'}]}",
        "{'oneOf': [{'type': 'integer', 'maximum': 3}, {'type': 'number', 'minimum': 9.5}]}",
        "{'oneOf': [{'type': 'string', 'pattern': '^a'}, {'type': 'string', 'pattern': '^b'}]}",
        "{'type': 'object', 'required': ['a'], 'oneOf': [{'properties': {'a': {'const': 1}}},"
            + " {'properties': {'a': {'const': 7}, 'b': {'type': 'string'}}, 'required': ['b']}]}",
        "{'allOf': [{'type': ['integer', 'string']}, {'minimum': 5}, {'maxLength': 1}]}",
        "{'allOf': [{'properties': {'a': {'minimum': 5}}}, {'properties': {'a': {'type':"
            + " 'integer'}, 'b': {'type': 'array'}}, 'required': ['a'], 'type': 'object'}]}",
        "{'anyOf': [{'minimum': 20}, {'maximum': -10}], 'type': 'integer'}",
        "{'$defs': {'n': {'type': 'integer'}}, 'type': 'array', 'items': {'$ref': '#/$defs/n'}}",
        "{'$defs': {'n': {'$anchor': 'n', 'type': 'integer'}}, '$ref': '#n', 'minimum': 7}",
        "{'type': ['object', 'integer'], 'properties': {'a': {'$ref': '#'}},"
            + " 'additionalProperties': false}",
        "{'type': 'array', 'items': {'anyOf': [{'$ref': '#'}, {'type': 'integer'}]}}",
        "{'$id': 'https://example.org/x', 'title': 'x', 'description': 'y', 'default': 1,"
            + " 'type': 'integer'}"
      })
  void small_documents_are_possible_exactly_if_they_are_valid(String quoted) {
    String schema = quoted.replace('\'', '"');
    Reading reading = compact(schema);
    JsonSchema validator = Documents.validator(schema);

    for (String document : DOCUMENTS) {
      assertThat(reading.accepts(document))
          .as("%s under %s", document, schema)
          .isEqualTo(Documents.isValid(validator, document));
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "date | 2024-02-29 | 2023-02-29",
        "date | 1999-12-31 | 1999-13-01",
        "time | 23:59:59Z | 24:00:00Z",
        "date-time | 2026-11-26T12:00:00.5+01:00 | 2026-11-26",
        "duration | P1Y2M3DT4H | P",
        "email | jo.doe@example.org | jo@",
        "hostname | a-b.example.org | -a.org",
        "ipv4 | 192.168.0.255 | 192.168.0.256",
        "ipv6 | 2001:db8::1 | 1:2:3:4:5:6:7",
        "ipv6 | :: | :",
        "uri | https://example.org:8080/a/b?c=d#e | no scheme",
        "uuid | 123e4567-e89b-12d3-a456-426614174000 | 123e4567",
        "json-pointer | /a/~0/0 | a"
      })
  void formats_are_held_to(String format, String good, String bad) {
    String schema = "{\"type\": \"string\", \"format\": \"" + format + "\"}";
    Reading reading = compact(schema);
    JsonSchema validator = Documents.validator(schema);

    assertThat(reading.accepts('"' + good + '"')).isTrue();
    assertThat(Documents.isValid(validator, '"' + good + '"')).isTrue();
    assertThat(reading.accepts('"' + bad + '"')).isFalse();
    assertThat(Documents.isValid(validator, '"' + bad + '"')).isFalse();
  }

  @Test
  void numbers_without_bounds_may_have_an_exponent() {
    Reading reading = compact("{\"type\": \"number\"}");

    assertThat(reading.accepts("1e2")).isTrue();
    assertThat(reading.accepts("-0.5E-10")).isTrue();
    assertThat(reading.begins("1e100")).isFalse();
    assertThat(reading.begins("01")).isFalse();
    assertThat(compact("{\"type\": \"number\", \"minimum\": 1}").begins("1e")).isFalse();
  }

  @Test
  void members_come_in_the_order_of_the_schema_and_others_last() {
    Reading reading =
        compact(
            """
            {"type": "object", "properties": {"z": true, "a": true}, "required": ["q", "z"]}
            """);

    assertThat(reading.accepts("{\"z\":1,\"a\":2,\"q\":3,\"other\":4}")).isTrue();
    assertThat(reading.accepts("{\"z\":1,\"q\":3}")).isTrue();
    assertThat(reading.begins("{\"a\":2,\"z\"")).isFalse();
    assertThat(reading.accepts("{\"z\":1}")).isFalse();
  }

  @Test
  void space_is_allowed_where_people_put_it_and_bounded() {
    Reading reading =
        new Reading(
            OutputConstraint.jsonSchema(
                "{\"type\": \"object\", \"properties\": {\"a\": {\"type\": \"array\"}}}"));

    assertThat(reading.accepts("{\n  \"a\": [1, [2,\n\t3]],\n  \"b\": {}\n}")).isTrue();
    assertThat(reading.accepts("{}")).isTrue();
    assertThat(reading.begins("{ }")).isFalse();
    assertThat(reading.begins("{  ")).isFalse();
    assertThat(reading.begins(" {")).isFalse();
    assertThat(reading.begins("{\n" + " ".repeat(21))).isFalse();
    assertThat(reading.begins("{\"a\" :")).isFalse();
  }

  @Test
  void each_character_of_a_string_is_written_in_one_way() {
    Reading reading = compact("{\"type\": \"string\"}");

    assertThat(reading.accepts("\"\\u0001\\u001f\\b\\f\\n\\r\\t\\\\\\\"/é\uD83D\uDE00\"")).isTrue();
    assertThat(reading.begins("\"\\u000a")).isFalse();
    assertThat(reading.begins("\"\\u00e9")).isFalse();
    assertThat(reading.begins("\"\\/")).isFalse();
    assertThat(reading.begins("\"\n")).isFalse();
  }

  @Test
  void recursion_has_no_limit() {
    Reading reading =
        compact(
            """
            {"$ref": "#/$defs/tree", "$defs": {"tree": {"type": "object", "properties":
             {"children": {"type": "array", "items": {"$ref": "#/$defs/tree"}}},
             "required": ["children"], "additionalProperties": false}}}
            """);
    String leaf = "{\"children\":[]}";
    String deep = leaf;
    for (int depth = 0; depth < 100; depth++) {
      deep = "{\"children\":[" + leaf + "," + deep + "]}";
    }

    assertThat(reading.accepts(deep)).isTrue();
    assertThat(reading.begins(deep + "}")).isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'type': 'text'} | #/type",
        "{'properties': {'a': {'nullable': true}}} | \"nullable\"",
        "{'if': true} | \"if\"",
        "{'contains': true} | \"contains\"",
        "{'unevaluatedProperties': false} | additionalProperties",
        "{'type': 'string', 'format': 'color'} | \"format\"",
        "{'type': 'string', 'pattern': '(?=a)'} | #/pattern",
        "{'$ref': '#/$defs/none'} | #/$defs/none",
        "{'$ref': 'https://example.org/other'} | which is not in it",
        "{'oneOf': [{'type': 'string'}, {'maxLength': 3}]} | \"oneOf\"",
        "{'type': 'array', 'uniqueItems': true} | \"uniqueItems\"",
        "{'type': 'object', 'not': {'properties': {'a': true}}} | \"not\"",
        "{'items': [true]} | prefixItems",
        "{'minLength': -1} | #/minLength",
        "{'properties': {'a': 1}} | #/properties/a",
        "{'type': 'integer', 'minimum': 5, 'maximum': 4} | matches no text",
        "{'allOf': [{'type': 'string'}, {'type': 'null'}]} | matches no text",
        "{'type': 'object', 'properties': {'a': {'$ref': '#'}}, 'required': ['a']} | no text",
        "{'type': 'number', 'multipleOf': 0.000001234567} | \"multipleOf\"",
        "{'type': 'number', 'minimum': 'x'} | #/minimum"
      })
  void what_is_not_supported_is_refused_by_name(String quoted, String named) {
    String schema = quoted.replace('\'', '"');

    assertThatThrownBy(() -> compact(schema))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining(named.trim().replace('\'', '"'));
  }
}
