package io.loquent.decoding.constraint;

import io.loquent.InvalidRequestException;
import java.util.Map;
import java.util.Set;

/** The keywords that are understood. What is not understood is refused by name. */
final class SchemaKeywords {

  /** They say nothing about which values are valid, or are read where they are referred to. */
  private static final Set<String> NOTES =
      Set.of(
          "$schema",
          "$id",
          "$anchor",
          "$comment",
          "$defs",
          "definitions",
          "title",
          "description",
          "default",
          "examples",
          "deprecated",
          "readOnly",
          "writeOnly");

  private static final Set<String> UNDERSTOOD =
      Set.of(
          "$ref",
          "type",
          "enum",
          "const",
          "allOf",
          "anyOf",
          "oneOf",
          "not",
          "properties",
          "patternProperties",
          "additionalProperties",
          "required",
          "minProperties",
          "maxProperties",
          "propertyNames",
          "dependentRequired",
          "items",
          "prefixItems",
          "minItems",
          "maxItems",
          "uniqueItems",
          "minimum",
          "maximum",
          "exclusiveMinimum",
          "exclusiveMaximum",
          "multipleOf",
          "minLength",
          "maxLength",
          "pattern",
          "format");

  private static final Map<String, String> REMEDIES =
      Map.of(
          "nullable", "write \"type\": [..., \"null\"]",
          "additionalItems", "write prefixItems and items",
          "dependencies", "write dependentRequired",
          "if", "write the cases as anyOf",
          "unevaluatedProperties", "write additionalProperties",
          "unevaluatedItems", "write items",
          "$dynamicRef", "write $ref");

  private SchemaKeywords() {}

  /**
   * Checks the keywords of a part.
   *
   * @throws InvalidRequestException for one that is not understood
   */
  static void check(SchemaPart part) {
    for (Object key : part.keywords().keySet()) {
      String keyword = String.valueOf(key);
      if (!NOTES.contains(keyword) && !UNDERSTOOD.contains(keyword)) {
        throw part.unsupported(
            keyword, REMEDIES.getOrDefault(keyword, "remove it or say the same in another way"));
      }
    }
  }
}
