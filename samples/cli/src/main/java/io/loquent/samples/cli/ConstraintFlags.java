package io.loquent.samples.cli;

import io.loquent.internal.json.Json;
import io.loquent.internal.json.JsonException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** What the text must be: short forms of the option {@code constraint}. */
final class ConstraintFlags {

  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec = CommandSpec.create();

  @Option(
      names = "--json-schema",
      paramLabel = "FILE",
      description = "Writes JSON that is valid under the schema in a file.")
  private @Nullable Path jsonSchema;

  @Option(names = "--json", description = "Writes JSON, whatever it says.")
  private boolean json;

  @Option(
      names = "--regex",
      paramLabel = "PATTERN",
      description = "Writes a text that matches a regular expression as a whole.")
  private @Nullable String regex;

  @Option(
      names = "--choice",
      paramLabel = "TEXT",
      description = "Writes one of the given texts. May be repeated.")
  private List<String> choice = List.of();

  @Option(
      names = "--grammar",
      paramLabel = "FILE",
      description = "Writes a text of the grammar in a file, in llama.cpp's notation (GBNF).")
  private @Nullable Path grammar;

  void addTo(Map<String, @Nullable Object> options) {
    Map<String, @Nullable Object> constraint = new LinkedHashMap<>();
    if (jsonSchema != null) {
      constraint.put("json_schema", schema(jsonSchema));
    }
    if (json) {
      constraint.put("json", true);
    }
    if (regex != null) {
      constraint.put("regex", regex);
    }
    if (!choice.isEmpty()) {
      constraint.put("choice", choice);
    }
    if (grammar != null) {
      constraint.put("grammar", read(grammar));
    }
    if (constraint.size() > 1) {
      throw new ParameterException(
          spec.commandLine(),
          "give one of --json-schema, --json, --regex, --choice and --grammar; found several");
    }
    if (!constraint.isEmpty()) {
      options.put("constraint", constraint);
    }
  }

  private @Nullable Object schema(Path file) {
    try {
      return Json.parse(read(file));
    } catch (JsonException e) {
      throw new ParameterException(
          spec.commandLine(), "--json-schema " + file + ": " + e.getMessage(), e);
    }
  }

  private String read(Path file) {
    try {
      return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new ParameterException(
          spec.commandLine(), file + " cannot be read (" + e.getMessage() + "); check the path", e);
    }
  }
}
