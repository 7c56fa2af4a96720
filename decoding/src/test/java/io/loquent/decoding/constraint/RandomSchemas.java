package io.loquent.decoding.constraint;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Draws schemas that have a valid value. */
final class RandomSchemas {

  private static final List<String> NAMES = List.of("a", "b", "name", "items", "x y", "é\"");

  private final Random random;

  RandomSchemas(long seed) {
    random = new Random(seed);
  }

  Map<String, Object> next() {
    Map<String, Object> root = new LinkedHashMap<>(schema(3));
    root.put(
        "$defs",
        Map.of(
            "leaf",
            schema(0),
            "list",
            Map.of(
                "type",
                "array",
                "items",
                Map.of(
                    "anyOf", List.of(Map.of("type", "integer"), Map.of("$ref", "#/$defs/list"))))));
    return root;
  }

  private Map<String, Object> schema(int depth) {
    int kinds = depth == 0 ? 6 : 12;
    return switch (random.nextInt(kinds)) {
      case 0 -> integer();
      case 1 -> number();
      case 2 -> string();
      case 3 -> Map.of("enum", List.of(1, "a", "b\n", true, List.of(1, 2), Map.of("k", 1.5)));
      case 4 -> Map.of("type", List.of("boolean", "null"));
      case 5 ->
          Map.of(
              "type",
              "string",
              "format",
              List.of("date", "date-time", "uuid", "ipv4", "ipv6", "time").get(random.nextInt(6)));
      case 6, 7 -> object(depth);
      case 8 -> array(depth);
      case 9 -> Map.of("anyOf", List.of(schema(depth - 1), schema(depth - 1)));
      case 10 -> Map.of("$ref", random.nextBoolean() ? "#/$defs/leaf" : "#/$defs/list");
      default -> Map.of("allOf", List.of(object(depth), Map.of("minProperties", 0)));
    };
  }

  private Map<String, Object> integer() {
    Map<String, Object> schema = new LinkedHashMap<>(Map.of("type", "integer"));
    int least = random.nextInt(400) - 200;
    if (random.nextBoolean()) {
      schema.put(random.nextBoolean() ? "minimum" : "exclusiveMinimum", least);
    }
    if (random.nextBoolean()) {
      schema.put(random.nextBoolean() ? "maximum" : "exclusiveMaximum", least + 40);
    }
    // The validator divides doubles, so that large multiples are none to it.
    boolean small = schema.containsKey("minimum") && schema.containsKey("maximum");
    if (small && random.nextInt(2) == 0) {
      schema.put("multipleOf", 1 + random.nextInt(9));
    }
    return schema;
  }

  private Map<String, Object> number() {
    Map<String, Object> schema = new LinkedHashMap<>(Map.of("type", "number"));
    double least = (random.nextInt(4000) - 2000) / 100.0;
    if (random.nextBoolean()) {
      schema.put(random.nextBoolean() ? "minimum" : "exclusiveMinimum", least);
    }
    if (random.nextBoolean()) {
      schema.put(random.nextBoolean() ? "maximum" : "exclusiveMaximum", least + 3.75);
    }
    boolean small = schema.containsKey("minimum") && schema.containsKey("maximum");
    if (small && random.nextInt(2) == 0) {
      schema.put("multipleOf", List.of(0.5, 0.25, 0.01, 1.5).get(random.nextInt(4)));
    }
    return schema;
  }

  private Map<String, Object> string() {
    Map<String, Object> schema = new LinkedHashMap<>(Map.of("type", "string"));
    if (random.nextInt(3) == 0) {
      schema.put(
          "pattern",
          List.of("^[a-z]+$", "[0-9]{2}", "^(foo|ba[rz])", "\\\\", "^\\w+@\\w+$")
              .get(random.nextInt(5)));
    } else if (random.nextBoolean()) {
      int least = random.nextInt(4);
      schema.put("minLength", least);
      schema.put("maxLength", least + random.nextInt(10));
    }
    return schema;
  }

  private Map<String, Object> array(int depth) {
    Map<String, Object> schema = new LinkedHashMap<>(Map.of("type", "array"));
    schema.put("items", schema(depth - 1));
    if (random.nextBoolean()) {
      schema.put("prefixItems", List.of(schema(depth - 1), schema(0)));
    }
    if (random.nextBoolean()) {
      int least = random.nextInt(3);
      schema.put("minItems", least);
      schema.put("maxItems", least + random.nextInt(3));
    }
    return schema;
  }

  private Map<String, Object> object(int depth) {
    Map<String, Object> properties = new LinkedHashMap<>();
    List<String> required = new ArrayList<>();
    for (String name : NAMES) {
      if (random.nextInt(3) == 0) {
        properties.put(name, schema(depth - 1));
        if (random.nextBoolean()) {
          required.add(name);
        }
      }
    }
    Map<String, Object> schema = new LinkedHashMap<>(Map.of("type", "object"));
    schema.put("properties", properties);
    schema.put("required", required);
    if (random.nextInt(4) > 0) {
      schema.put("additionalProperties", false);
    } else {
      schema.put("patternProperties", Map.of("^k[0-9]{1,3}$", schema(0)));
      schema.put("additionalProperties", false);
    }
    return schema;
  }
}
