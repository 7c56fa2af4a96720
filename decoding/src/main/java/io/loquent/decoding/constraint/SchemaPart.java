package io.loquent.decoding.constraint;

import io.loquent.InvalidRequestException;
import io.loquent.internal.json.Json;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A schema within the whole schema. Parts at the same place are the same part. Immutable. */
final class SchemaPart {

  /** Where it is, as a JSON pointer in a URI fragment. */
  final String pointer;

  /** A map of keywords, or a boolean. */
  private final Object schema;

  private SchemaPart(String pointer, Object schema) {
    this.pointer = pointer;
    this.schema = schema;
  }

  /**
   * Takes a part.
   *
   * @throws InvalidRequestException if it is no schema
   */
  static SchemaPart of(String pointer, @Nullable Object schema) {
    if (schema != null && (schema instanceof Map || schema instanceof Boolean)) {
      return new SchemaPart(pointer, schema);
    }
    throw new InvalidRequestException(
        "the JSON schema has, at "
            + pointer
            + ", "
            + describe(schema)
            + " where a schema belongs; write an object of keywords, true or false");
  }

  /** Whether it is a boolean. */
  boolean isBoolean() {
    return schema instanceof Boolean;
  }

  /** Whether it refuses everything. */
  boolean isFalse() {
    return Boolean.FALSE.equals(schema);
  }

  Map<?, ?> keywords() {
    return schema instanceof Map<?, ?> map ? map : Map.of();
  }

  boolean has(String keyword) {
    return keywords().containsKey(keyword);
  }

  @Nullable Object get(String keyword) {
    return keywords().get(keyword);
  }

  /** The schema that a keyword holds; null without the keyword. */
  @Nullable SchemaPart part(String keyword) {
    return has(keyword) ? of(place(keyword), get(keyword)) : null;
  }

  /** The schemas that a keyword holds by name; empty without the keyword. */
  Map<?, ?> map(String keyword) {
    Object value = has(keyword) ? get(keyword) : Map.of();
    if (value instanceof Map<?, ?> map) {
      return map;
    }
    throw wrong(keyword, "an object");
  }

  SchemaPart part(String keyword, String name) {
    return of(place(keyword) + "/" + escape(name), map(keyword).get(name));
  }

  /** The values that a keyword lists; empty without the keyword. */
  List<?> list(String keyword) {
    Object value = has(keyword) ? get(keyword) : List.of();
    if (value instanceof Collection<?> elements) {
      return new java.util.ArrayList<>(elements);
    }
    throw wrong(keyword, "an array");
  }

  SchemaPart part(String keyword, int index) {
    return of(place(keyword) + "/" + index, list(keyword).get(index));
  }

  /** A count that a keyword gives. */
  int count(String keyword, int otherwise) {
    if (!has(keyword)) {
      return otherwise;
    }
    if (get(keyword) instanceof Number number
        && JsonNumbers.isWhole(number)
        && number.longValue() >= 0) {
      return (int) Math.min(number.longValue(), Integer.MAX_VALUE - 1);
    }
    throw wrong(keyword, "a whole number from 0");
  }

  String place(String keyword) {
    return pointer + "/" + escape(keyword);
  }

  private static String escape(String name) {
    return name.replace("~", "~0").replace("/", "~1");
  }

  InvalidRequestException wrong(String keyword, String expected) {
    return new InvalidRequestException(
        "the JSON schema has "
            + describe(get(keyword))
            + " at "
            + place(keyword)
            + "; expected "
            + expected);
  }

  /** An error about a keyword that is not supported. */
  InvalidRequestException unsupported(String keyword, String remedy) {
    return new InvalidRequestException(
        "the JSON schema has, at "
            + pointer
            + ", "
            + Json.write(keyword)
            + ": "
            + describe(get(keyword))
            + ", which is not supported; "
            + remedy);
  }

  private static String describe(@Nullable Object json) {
    String text = Json.write(json);
    return text.length() > 60 ? text.substring(0, 60) + "..." : text;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof SchemaPart part && pointer.equals(part.pointer);
  }

  @Override
  public int hashCode() {
    return pointer.hashCode();
  }

  @Override
  public String toString() {
    return pointer;
  }
}
