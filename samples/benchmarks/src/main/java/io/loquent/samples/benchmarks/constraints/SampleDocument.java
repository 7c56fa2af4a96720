package io.loquent.samples.benchmarks.constraints;

import java.util.Random;

/** Orders of a shop: a nested schema and documents that are valid under it. */
final class SampleDocument {

  static final String SCHEMA =
      """
      {"type": "object", "properties": {
         "id": {"type": "string", "format": "uuid"},
         "customer": {"$ref": "#/$defs/customer"},
         "items": {"type": "array", "minItems": 1, "items": {
            "type": "object", "properties": {
              "name": {"type": "string"},
              "quantity": {"type": "integer", "minimum": 1, "maximum": 999},
              "price": {"type": "number", "minimum": 0},
              "tags": {"type": "array", "items": {"enum": ["new", "sale", "gift", "fragile"]}},
              "options": {"type": "object", "additionalProperties": {"type": "string"}}},
            "required": ["name", "quantity", "price", "tags"], "additionalProperties": false}},
         "note": {"type": ["string", "null"], "maxLength": 400},
         "paid": {"type": "boolean"}},
       "required": ["id", "customer", "items", "note", "paid"], "additionalProperties": false,
       "$defs": {
         "customer": {"type": "object", "properties": {
            "name": {"type": "string"},
            "email": {"type": "string", "pattern": "^[a-z.]+@[a-z]+[.][a-z]{2,3}$"},
            "address": {"anyOf": [
               {"type": "object", "properties": {
                  "street": {"type": "string"}, "city": {"type": "string"},
                  "zip": {"type": "string", "pattern": "^[0-9]{5}$"}},
                "required": ["street", "city", "zip"], "additionalProperties": false},
               {"type": "null"}]},
            "referrer": {"anyOf": [{"$ref": "#/$defs/customer"}, {"type": "null"}]}},
          "required": ["name", "email", "address", "referrer"], "additionalProperties": false}}}
      """;

  private final Random random;

  SampleDocument(long seed) {
    random = new Random(seed);
  }

  /** A document as people print it, with line breaks. */
  String text() {
    StringBuilder items = new StringBuilder();
    int count = 2 + random.nextInt(3);
    for (int i = 0; i < count; i++) {
      items.append(i == 0 ? "" : ",").append("\n    ").append(item());
    }
    return "{\n  \"id\": \""
        + hexadecimal(8)
        + "-4a5b-4c6d-8e7f-"
        + hexadecimal(12)
        + "\",\n  \"customer\": "
        + customer(random.nextInt(3))
        + ",\n  \"items\": ["
        + items
        + "\n  ],\n  \"note\": \""
        + words(20)
        + "\",\n  \"paid\": "
        + random.nextBoolean()
        + "\n}";
  }

  private String customer(int referrers) {
    return "{\"name\": \""
        + words(2)
        + "\", \"email\": \""
        + words(1)
        + "@example.org\", \"address\": {\"street\": \""
        + words(3)
        + "\", \"city\": \""
        + words(1)
        + "\", \"zip\": \""
        + (10_000 + random.nextInt(90_000))
        + "\"}, \"referrer\": "
        + (referrers == 0 ? "null" : customer(referrers - 1))
        + "}";
  }

  private String item() {
    return "{\"name\": \""
        + words(3)
        + "\", \"quantity\": "
        + (1 + random.nextInt(998))
        + ", \"price\": "
        + random.nextInt(500)
        + "."
        + (10 + random.nextInt(89))
        + ", \"tags\": [\"new\", \"gift\"], \"options\": {\"colour\": \""
        + words(1)
        + "\"}}";
  }

  private String words(int count) {
    StringBuilder text = new StringBuilder();
    String[] all = {
      "trade", "minister", "pa", "lente", "concer", "station", "alder", "ritera", "un"
    };
    for (int i = 0; i < count; i++) {
      text.append(i == 0 ? "" : " ").append(all[random.nextInt(all.length)]);
    }
    return text.toString();
  }

  private String hexadecimal(int digits) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < digits; i++) {
      text.append(Character.forDigit(random.nextInt(16), 16));
    }
    return text.toString();
  }
}
