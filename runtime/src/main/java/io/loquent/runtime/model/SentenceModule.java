package io.loquent.runtime.model;

import io.loquent.ModelLoadException;
import io.loquent.internal.json.Json;
import io.loquent.internal.json.JsonException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * One of the modules that a sentence transformer is a sequence of ({@code modules.json}).
 *
 * @param type the last part of its class's name, such as {@code Pooling}
 * @param path its folder, relative to the model's; empty for the model's own
 */
public record SentenceModule(String type, String path) {

  static final String FILE = "modules.json";

  /** Reads a model's modules, in their order; empty if the folder lists none. */
  static List<SentenceModule> read(Path folder) {
    Path file = folder.resolve(FILE);
    if (!Files.exists(file)) {
      return List.of();
    }
    Object json;
    try {
      json = Json.parse(new String(Files.readAllBytes(file), StandardCharsets.UTF_8));
    } catch (IOException | JsonException e) {
      throw new ModelLoadException(file + ": cannot be read: " + e.getMessage(), e);
    }
    List<SentenceModule> modules = new ArrayList<>();
    if (json instanceof List<?> entries) {
      entries.forEach(entry -> modules.add(module(file, entry)));
    }
    if (modules.isEmpty()) {
      throw new ModelLoadException(
          file + ": expected a list of modules, each with \"type\" and \"path\"; found " + json);
    }
    return modules;
  }

  private static SentenceModule module(Path file, Object entry) {
    if (entry instanceof Map<?, ?> members
        && members.get("type") instanceof String type
        && members.get("path") instanceof String path
        && isInside(path)) {
      return new SentenceModule(type.substring(type.lastIndexOf('.') + 1), path);
    }
    throw new ModelLoadException(
        file
            + ": expected a module with \"type\" and a \"path\" inside the model's folder; found "
            + entry);
  }

  private static boolean isInside(String path) {
    try {
      Path relative = Paths.get(path).normalize();
      return !relative.isAbsolute() && !relative.startsWith("..");
    } catch (InvalidPathException e) {
      return false;
    }
  }

  /** Whether it is the transformer, whose graph and tokenizer lie in its folder. */
  boolean isTransformer() {
    return type.equals("Transformer") || type.equals("MLMTransformer");
  }

  /**
   * Where the transformer's files lie: the folder of its own that older sentence transformers gave
   * it, unless the graph was exported into the model's folder.
   */
  static Path transformerFolder(Path folder, List<SentenceModule> modules) {
    return modules.stream()
        .filter(SentenceModule::isTransformer)
        .filter(module -> !module.path.isEmpty())
        .map(module -> folder.resolve(module.path))
        .filter(own -> !holdsGraph(folder) && Files.isDirectory(own))
        .findFirst()
        .orElse(folder);
  }

  private static boolean holdsGraph(Path folder) {
    return Stream.of(folder, folder.resolve("onnx"))
        .filter(Files::isDirectory)
        .anyMatch(SentenceModule::listsGraph);
  }

  private static boolean listsGraph(Path folder) {
    try (Stream<Path> files = Files.list(folder)) {
      return files.anyMatch(file -> file.toString().endsWith(".onnx"));
    } catch (IOException e) {
      throw new ModelLoadException(folder + ": cannot be listed: " + e.getMessage(), e);
    }
  }
}
