package io.loquent;

import io.loquent.internal.json.Json;
import io.loquent.internal.json.JsonException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a generated text must be ({@link Option#CONSTRAINT}). Only tokens are chosen after which the
 * text can still become that; an end token, also a forced one, only where it is that. A generation
 * ends with {@link FinishReason#CONSTRAINT_COMPLETE} as soon as nothing may follow, and where the
 * length limit comes first, the text is a beginning of what is asked for. Where only one text may
 * follow, the model is not asked which: the longest tokens that spell it are taken.
 *
 * <p>Immutable and thread-safe.
 */
public sealed interface OutputConstraint {

  /**
   * One of some texts.
   *
   * @param texts at least one, none of them empty
   */
  record Choice(List<String> texts) implements OutputConstraint {

    /**
     * Copies the list.
     *
     * @param texts at least one, none of them empty
     * @throws InvalidRequestException for no texts or an empty one
     */
    public Choice {
      texts = List.copyOf(texts);
      if (texts.isEmpty() || texts.contains("")) {
        throw new InvalidRequestException(
            "a choice needs at least one text, none of them empty; found " + Json.write(texts));
      }
    }
  }

  /**
   * A text that matches a regular expression as a whole.
   *
   * @param pattern classes, {@code \d \w \s} (ASCII only), {@code \p{L}} and {@code
   *     \p{Script=Greek}}, groups, alternatives and quantifiers, as ECMA-262, RE2 and Java have
   *     them in common; nothing that looks around or refers back
   */
  record Regex(String pattern) implements OutputConstraint {

    /**
     * Checks that there is a pattern.
     *
     * @param pattern the expression
     * @throws InvalidRequestException if it is empty
     */
    public Regex {
      if (pattern.isEmpty()) {
        throw new InvalidRequestException("a regular expression must not be empty");
      }
    }
  }

  /**
   * JSON that is valid under a schema (draft 2020-12). Members come in the order in which the
   * schema lists them. What is not supported is refused by name, never ignored.
   *
   * @param schema JSON text: an object or a boolean
   * @param compact whether it is written without any space; otherwise the model may put spaces and
   *     line breaks between members and elements
   */
  record JsonSchema(String schema, boolean compact) implements OutputConstraint {

    /**
     * Checks that the schema is JSON.
     *
     * @param schema JSON text: an object or a boolean
     * @param compact whether it is written without any space
     * @throws InvalidRequestException if it is none
     */
    public JsonSchema {
      try {
        Object parsed = Json.parse(schema);
        if (!(parsed instanceof Map) && !(parsed instanceof Boolean)) {
          throw new InvalidRequestException(
              "a JSON schema must be an object of keywords, true or false; found " + schema);
        }
      } catch (JsonException e) {
        throw new InvalidRequestException("the JSON schema is " + e.getMessage());
      }
    }

    /**
     * Says that it is to be written without any space.
     *
     * @return a copy
     */
    public JsonSchema withoutSpaces() {
      return new JsonSchema(schema, true);
    }
  }

  /**
   * Any JSON value.
   *
   * @param compact whether it is written without any space
   */
  record AnyJson(boolean compact) implements OutputConstraint {

    /**
     * Says that it is to be written without any space.
     *
     * @return a copy
     */
    public AnyJson withoutSpaces() {
      return new AnyJson(true);
    }
  }

  /**
   * A text of a context-free grammar.
   *
   * @param gbnf rules in llama.cpp's notation; {@code root} is the whole text
   */
  record Grammar(String gbnf) implements OutputConstraint {

    /**
     * Checks that there is a grammar.
     *
     * @param gbnf rules in llama.cpp's notation
     * @throws InvalidRequestException if it is empty
     */
    public Grammar {
      if (gbnf.isEmpty()) {
        throw new InvalidRequestException("a grammar must not be empty; define root ::= ...");
      }
    }
  }

  /**
   * Asks for one of some texts.
   *
   * @param texts at least one, none of them empty
   * @return the constraint
   * @throws InvalidRequestException for no texts or an empty one
   */
  static Choice choice(String... texts) {
    return new Choice(List.of(texts));
  }

  /**
   * Asks for a text that matches a regular expression as a whole.
   *
   * @param pattern the expression
   * @return the constraint
   * @throws InvalidRequestException if it is empty
   */
  static Regex regex(String pattern) {
    return new Regex(pattern);
  }

  /**
   * Asks for any JSON value.
   *
   * @return the constraint
   */
  static AnyJson json() {
    return new AnyJson(false);
  }

  /**
   * Asks for JSON that is valid under a schema.
   *
   * @param schema JSON text
   * @return the constraint
   * @throws InvalidRequestException if it is no schema
   */
  static JsonSchema jsonSchema(String schema) {
    return new JsonSchema(schema, false);
  }

  /**
   * Asks for JSON that is valid under a schema.
   *
   * @param schema keywords and their values, as JSON has them
   * @return the constraint
   */
  static JsonSchema jsonSchema(Map<String, ?> schema) {
    return new JsonSchema(Json.write(schema), false);
  }

  /**
   * Asks for JSON of a record, which {@link GenerationResult#json} reads. Components are members of
   * the same name, in their order: strings, numbers, booleans, enums (by the names of their
   * constants), records, {@code Optional}, {@code List}, {@code Set} and {@code Map<String, ...>}
   * of these. All but {@code Optional} ones are required, and there are no others.
   *
   * @param type the record
   * @return the constraint
   * @throws InvalidRequestException if a component has another type
   */
  static JsonSchema json(Class<? extends Record> type) {
    return jsonSchema(RecordSchema.of(type));
  }

  /**
   * Asks for a text of a context-free grammar.
   *
   * @param gbnf rules in llama.cpp's notation; {@code root} is the whole text
   * @return the constraint
   * @throws InvalidRequestException if it is empty
   */
  static Grammar grammar(String gbnf) {
    return new Grammar(gbnf);
  }

  /**
   * Writes the constraint as the option {@code constraint} has it.
   *
   * @return one of {@code choice}, {@code regex}, {@code json_schema}, {@code json} and {@code
   *     grammar} with its value, and {@code compact} where it is set
   */
  default Map<String, @Nullable Object> toMap() {
    Map<String, @Nullable Object> map = new LinkedHashMap<>();
    boolean compact = false;
    if (this instanceof Choice choice) {
      map.put("choice", choice.texts());
    } else if (this instanceof Regex regex) {
      map.put("regex", regex.pattern());
    } else if (this instanceof JsonSchema schema) {
      map.put("json_schema", Json.parse(schema.schema()));
      compact = schema.compact();
    } else if (this instanceof AnyJson any) {
      map.put("json", true);
      compact = any.compact();
    } else if (this instanceof Grammar grammar) {
      map.put("grammar", grammar.gbnf());
    }
    if (compact) {
      map.put("compact", true);
    }
    return map;
  }

  /**
   * Reads what {@link #toMap} writes.
   *
   * @param map one kind of constraint, and {@code compact} for JSON
   * @return the constraint
   * @throws InvalidRequestException if it is anything else
   */
  static OutputConstraint fromMap(Map<String, ?> map) {
    return ConstraintMap.read(Objects.requireNonNull(map, "map"));
  }
}
