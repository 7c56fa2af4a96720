package io.loquent.samples.cli;

import io.loquent.Cancellation;
import io.loquent.GenerationOptions;
import io.loquent.GenerationRequest;
import io.loquent.Input;
import io.loquent.InvalidRequestException;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads one line of a batch: the rows that are run together, with the options that they share.
 *
 * <pre>
 * id                  any string or number; comes back unchanged
 * input_ids           [[5, 6, 7], [8, 9]]: rows of token ids; a flat list is one row
 * text                one row
 * texts               ["...", "..."]: one row each
 * pairs               [["...", "..."]]: one row each
 * float_input         {"name", "shape": [rows, ...], "values": [...]}: features, row-major
 * decoder_input_ids   a row for each row of the input, or one for all
 * options             Hugging Face generation options; also negative_prompt_ids (token ids) and
 *                     negative_prompt (text), for each row or one for all
 * </pre>
 *
 * Exactly one of {@code input_ids}, {@code text}, {@code texts}, {@code pairs} and {@code
 * float_input} must be there.
 */
final class BatchLine {

  private static final List<String> INPUTS =
      List.of("input_ids", "text", "texts", "pairs", "float_input");
  private static final List<String> FIELDS =
      List.of(
          "id",
          "input_ids",
          "text",
          "texts",
          "pairs",
          "float_input",
          "decoder_input_ids",
          "options");

  private final Map<String, @Nullable Object> fields;

  private BatchLine(Map<String, @Nullable Object> fields) {
    this.fields = fields;
  }

  /**
   * Returns what names the line in its answer.
   *
   * @throws InvalidRequestException if it is something that cannot be given back unchanged
   */
  static @Nullable Object id(Map<String, @Nullable Object> fields) {
    Object id = fields.get("id");
    boolean exact =
        id == null
            || id instanceof String
            || id instanceof Long
            || (id instanceof Double number && Math.abs(number) < 1e15);
    if (!exact) {
      throw JsonValues.unexpected("id", "a string, or a number that a double holds exactly", id);
    }
    return id;
  }

  /**
   * Reads the rows of a line.
   *
   * @throws InvalidRequestException if a field is unknown, missing or of another kind
   */
  static List<GenerationRequest> requests(
      Map<String, @Nullable Object> fields, Cancellation cancellation) {
    return new BatchLine(fields).read(cancellation);
  }

  private List<GenerationRequest> read(Cancellation cancellation) {
    for (String name : fields.keySet()) {
      if (!FIELDS.contains(name)) {
        throw new InvalidRequestException(
            "unknown field \"" + name + "\"; known: " + String.join(", ", FIELDS));
      }
    }
    List<Input> inputs = inputs();
    List<Input> decoderInputs = List.of();
    if (fields.get("decoder_input_ids") != null) {
      decoderInputs = perRow("decoder_input_ids", inputs.size(), tokens("decoder_input_ids"));
    }
    Map<String, @Nullable Object> options = new LinkedHashMap<>();
    if (fields.get("options") != null) {
      options.putAll(JsonValues.object("options", fields.get("options")));
    }
    List<Input> negativePrompts = negativePrompts(options, inputs.size());
    GenerationOptions generationOptions = GenerationOptions.fromMap(options);

    List<GenerationRequest> requests = new ArrayList<>();
    for (int row = 0; row < inputs.size(); row++) {
      GenerationRequest.Builder request =
          GenerationRequest.of(inputs.get(row))
              .options(generationOptions)
              .cancellation(cancellation);
      if (!decoderInputs.isEmpty()) {
        request.decoderInput(decoderInputs.get(row));
      }
      if (!negativePrompts.isEmpty()) {
        request.negativePrompt(negativePrompts.get(row));
      }
      requests.add(request.build());
    }
    return requests;
  }

  private List<Input> inputs() {
    List<String> given = INPUTS.stream().filter(name -> fields.get(name) != null).toList();
    if (given.size() != 1) {
      throw new InvalidRequestException(
          "expected exactly one of "
              + String.join(", ", INPUTS)
              + "; found "
              + (given.isEmpty() ? "none" : String.join(" and ", given)));
    }
    String name = given.get(0);
    Object value = fields.get(name);
    return switch (name) {
      case "text" -> List.of(Input.text(JsonValues.text("text", value)));
      case "texts" -> texts("texts", value);
      case "pairs" -> pairs(value);
      case "float_input" -> features(JsonValues.object("float_input", value));
      default -> tokens("input_ids");
    };
  }

  private List<Input> tokens(String name) {
    return tokens(name, fields.get(name));
  }

  private static List<Input> tokens(String name, @Nullable Object value) {
    return JsonValues.idRows(name, value).stream().map(Input::tokens).toList();
  }

  private static List<Input> texts(String name, @Nullable Object value) {
    List<?> list = JsonValues.rows(name, "a list of strings", value);
    List<Input> inputs = new ArrayList<>();
    for (int i = 0; i < list.size(); i++) {
      inputs.add(Input.text(JsonValues.text(name + "[" + i + "]", list.get(i))));
    }
    return inputs;
  }

  private static List<Input> pairs(@Nullable Object value) {
    String expected = "a list of [first text, second text]";
    List<?> list = JsonValues.rows("pairs", expected, value);
    List<Input> inputs = new ArrayList<>();
    for (int i = 0; i < list.size(); i++) {
      String where = "pairs[" + i + "]";
      List<?> pair = JsonValues.list(where, "[first text, second text]", list.get(i));
      if (pair.size() != 2) {
        throw JsonValues.unexpected(where, "[first text, second text]", pair);
      }
      inputs.add(
          new Input.TextPair(
              JsonValues.text(where + "[0]", pair.get(0)),
              JsonValues.text(where + "[1]", pair.get(1))));
    }
    return inputs;
  }

  private static List<Input> features(Map<String, @Nullable Object> input) {
    List<String> known = List.of("name", "shape", "values");
    if (!input.keySet().equals(new java.util.HashSet<>(known))) {
      throw new InvalidRequestException(
          "float_input: expected the fields "
              + String.join(", ", known)
              + "; found "
              + String.join(", ", input.keySet()));
    }
    String name = JsonValues.text("float_input.name", input.get("name"));
    int[] shape = shape(input.get("shape"));
    List<?> values =
        JsonValues.list("float_input.values", "a list of numbers", input.get("values"));
    long rowSize = Arrays.stream(shape).skip(1).asLongStream().reduce(1, Math::multiplyExact);
    if (values.size() != shape[0] * rowSize) {
      throw new InvalidRequestException(
          "float_input: shape "
              + Arrays.toString(shape)
              + " needs "
              + shape[0] * rowSize
              + " values, found "
              + values.size());
    }
    FloatBuffer numbers = FloatBuffer.allocate(values.size());
    for (int i = 0; i < values.size(); i++) {
      numbers.put(JsonValues.number("float_input.values[" + i + "]", values.get(i)));
    }
    List<Integer> rowShape = Arrays.stream(shape).skip(1).boxed().toList();
    List<Input> rows = new ArrayList<>();
    for (int row = 0; row < shape[0]; row++) {
      FloatBuffer slice = numbers.slice((int) (row * rowSize), (int) rowSize);
      rows.add(new Input.Features(name, rowShape, slice));
    }
    return rows;
  }

  private static int[] shape(@Nullable Object value) {
    String expected = "[rows, ...], two dimensions or more, each at least 1";
    int[] shape = JsonValues.ids("float_input.shape", value);
    if (shape.length < 2 || Arrays.stream(shape).anyMatch(dimension -> dimension < 1)) {
      throw JsonValues.unexpected("float_input.shape", expected, value);
    }
    return shape;
  }

  /** Takes the arguments that Hugging Face passes beside its options out of the options. */
  private static List<Input> negativePrompts(Map<String, @Nullable Object> options, int rows) {
    Object ids = options.remove("negative_prompt_ids");
    Object text = options.remove("negative_prompt");
    if (ids != null && text != null) {
      throw new InvalidRequestException(
          "options: negative_prompt_ids and negative_prompt say the same thing; give one");
    }
    if (ids != null) {
      return perRow("negative_prompt_ids", rows, tokens("negative_prompt_ids", ids));
    }
    if (text != null) {
      Object list = text instanceof String ? List.of(text) : text;
      return perRow("negative_prompt", rows, texts("negative_prompt", list));
    }
    return List.of();
  }

  private static List<Input> perRow(String name, int rows, List<Input> given) {
    if (given.size() == rows) {
      return given;
    }
    if (given.size() == 1) {
      return java.util.Collections.nCopies(rows, given.get(0));
    }
    throw new InvalidRequestException(
        name
            + ": expected one row, or one for each of the "
            + rows
            + " rows of the input; found "
            + given.size());
  }
}
