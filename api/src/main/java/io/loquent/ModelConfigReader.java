package io.loquent;

import io.loquent.internal.json.Json;
import io.loquent.internal.json.JsonException;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Reads a model configuration file. Both formats become one flat table of dotted names, so that
 * they have the same names by construction.
 */
final class ModelConfigReader {

  private static final List<String> NAMES =
      List.of(
          "model",
          "tokenizer",
          "precision",
          "providers",
          "threads.intra_op",
          "threads.inter_op",
          "threads.spinning",
          "batch_size",
          "continuous_batching",
          "queue_size",
          "prefill_chunk_tokens",
          "memory_limit_mb",
          "prompt_cache_mb",
          "graph_additions",
          "optimized_model_cache",
          "warm_up",
          "draft.model",
          "draft.early_exit",
          "draft.lookahead",
          "draft.prompt_lookup");
  private static final List<String> SECTIONS =
      List.of("threads", "provider", "session", "generation", "draft");
  private static final List<String> PREFIXES = List.of("provider.", "session.", "generation.");

  private static final String BYTE_ORDER_MARK = "\uFEFF";

  private final Path file;
  private final Map<String, @Nullable Object> entries;

  private ModelConfigReader(Path file, Map<String, @Nullable Object> entries) {
    this.file = file;
    this.entries = entries;
  }

  static ModelConfig load(Path path) {
    if (Files.isDirectory(path)) {
      return ModelConfig.builder(path).build();
    }
    if (!Files.exists(path)) {
      throw new ModelLoadException(
          path.toAbsolutePath()
              + ": no such file or folder; give a model folder, or a .properties or .json file");
    }
    String name = String.valueOf(path.getFileName()).toLowerCase(Locale.ROOT);
    try {
      String text = new String(Files.readAllBytes(path), StandardCharsets.UTF_8);
      if (name.endsWith(".properties")) {
        return new ModelConfigReader(path, fromProperties(text)).read();
      }
      if (name.endsWith(".json")) {
        return new ModelConfigReader(path, fromJson(text)).read();
      }
    } catch (IOException e) {
      // Messages of file system errors are often the path alone.
      throw new ModelLoadException(path + ": cannot be read: " + e, e);
    } catch (JsonException | IllegalArgumentException e) {
      throw new ModelLoadException(path + ": cannot be read: " + e.getMessage(), e);
    }
    throw new ModelLoadException(
        path
            + ": is neither a folder nor a .properties or .json file; give the model folder itself,"
            + " or a configuration file");
  }

  private static Map<String, @Nullable Object> fromProperties(String text) throws IOException {
    Properties properties = new Properties();
    properties.load(new StringReader(text.startsWith(BYTE_ORDER_MARK) ? text.substring(1) : text));
    Map<String, @Nullable Object> entries = new TreeMap<>();
    for (String name : properties.stringPropertyNames()) {
      String value = properties.getProperty(name).trim();
      entries.put(name, name.startsWith("generation.") ? scalar(name, value) : value);
    }
    return entries;
  }

  private static @Nullable Object scalar(String name, String value) {
    try {
      return Json.parse(value);
    } catch (JsonException e) {
      if (!value.isEmpty() && "[{\"".indexOf(value.charAt(0)) >= 0) {
        throw new IllegalArgumentException(name + "=" + value + ": " + e.getMessage(), e);
      }
      // A bare word is a string: early_stopping=never needs no quotes.
      return value;
    }
  }

  private static Map<String, @Nullable Object> fromJson(String text) {
    Map<String, @Nullable Object> entries = new LinkedHashMap<>();
    Json.parseObject(text).forEach((name, value) -> flatten(name, value, entries));
    return entries;
  }

  private static void flatten(
      String name, @Nullable Object value, Map<String, @Nullable Object> entries) {
    if (value instanceof Map<?, ?> members && (SECTIONS.contains(name) || !members.isEmpty())) {
      members.forEach((key, member) -> flatten(name + "." + key, member, entries));
    } else {
      if (entries.containsKey(name)) {
        throw new IllegalArgumentException("\"" + name + "\" is there twice, dotted and nested");
      }
      if (value != null || name.startsWith("generation.")) {
        entries.put(name, value);
      }
    }
  }

  private ModelConfig read() {
    entries.keySet().forEach(this::checkName);
    ModelConfig.Builder builder = ModelConfig.builder(folder("model"));
    if (entries.containsKey("tokenizer")) {
      builder.tokenizerFolder(folder("tokenizer"));
    }
    if (entries.containsKey("precision")) {
      builder.precision(text("precision"));
    }
    if (entries.containsKey("threads.intra_op")) {
      builder.intraOpThreads(integer("threads.intra_op"));
    }
    if (entries.containsKey("threads.inter_op")) {
      builder.interOpThreads(integer("threads.inter_op"));
    }
    if (entries.containsKey("threads.spinning")) {
      builder.spinning(flag("threads.spinning"));
    }
    if (entries.containsKey("batch_size")) {
      builder.batchSize(integer("batch_size"));
    }
    if (entries.containsKey("continuous_batching")) {
      builder.continuousBatching(flag("continuous_batching"));
    }
    if (entries.containsKey("queue_size")) {
      builder.queueSize(integer("queue_size"));
    }
    if (entries.containsKey("prefill_chunk_tokens")) {
      builder.prefillChunkTokens(integer("prefill_chunk_tokens"));
    }
    if (entries.containsKey("memory_limit_mb")) {
      builder.memoryLimitBytes((long) integer("memory_limit_mb") << 20);
    }
    if (entries.containsKey("prompt_cache_mb")) {
      builder.promptCacheBytes((long) integer("prompt_cache_mb") << 20);
    }
    if (entries.containsKey("graph_additions")) {
      builder.graphAdditions(flag("graph_additions"));
    }
    if (entries.containsKey("optimized_model_cache")) {
      builder.optimizedModelCache(newFolder("optimized_model_cache"));
    }
    if (entries.containsKey("warm_up")) {
      builder.warmUp(flag("warm_up"));
    }
    readProviders(builder);
    under("session.").forEach((key, value) -> builder.sessionEntry(key, text("session." + key)));
    builder.defaults(generation().orElse(drafting()));
    return builder.build();
  }

  private GenerationOptions drafting() {
    GenerationOptions.Builder options = GenerationOptions.builder();
    if (entries.containsKey("draft.model")) {
      options.set(Option.ASSISTANT_MODEL, model("draft.model").toString());
    }
    if (entries.containsKey("draft.early_exit")) {
      options.set(Option.ASSISTANT_EARLY_EXIT, integer("draft.early_exit"));
    }
    if (entries.containsKey("draft.lookahead")) {
      options.set(Option.LOOKAHEAD, flag("draft.lookahead"));
    }
    if (entries.containsKey("draft.prompt_lookup")) {
      options.set(Option.PROMPT_LOOKUP, flag("draft.prompt_lookup"));
    }
    return options.build();
  }

  private GenerationOptions generation() {
    try {
      return GenerationOptions.fromMap(
          under("generation."),
          name -> {
            throw unknown("generation." + name, NearNames.hint(name, Option.names()));
          });
    } catch (InvalidRequestException e) {
      throw new ModelLoadException(file + ": generation." + e.getMessage(), e);
    }
  }

  private void checkName(String name) {
    boolean known = NAMES.contains(name) || PREFIXES.stream().anyMatch(name::startsWith);
    if (!known) {
      List<String> names = new ArrayList<>(NAMES);
      names.addAll(List.of("provider.<name>.<option>", "session.<entry>", "generation.<option>"));
      if (Option.named(name).isPresent()) {
        names.add("generation." + name);
      }
      int dot = name.indexOf('.');
      if (dot >= 0) {
        NearNames.near(name.substring(0, dot), SECTIONS)
            .forEach(section -> names.add(section + name.substring(dot)));
      }
      throw unknown(name, NearNames.hint(name, names));
    }
  }

  private ModelLoadException unknown(String name, String hint) {
    return new ModelLoadException(file + ": unknown setting \"" + name + "\"" + hint);
  }

  private void readProviders(ModelConfig.Builder builder) {
    List<ExecutionProvider.Kind> kinds = new ArrayList<>();
    Object listed = entries.get("providers");
    if (listed != null) {
      Object[] names =
          listed instanceof List<?> list ? list.toArray() : listed.toString().split(",");
      for (Object name : names) {
        kinds.add(kind("providers", String.valueOf(name).trim()));
      }
      if (kinds.isEmpty()) {
        throw new ModelLoadException(
            file + ": providers is empty; name at least one, such as cpu, or leave it out");
      }
    } else {
      kinds.add(ExecutionProvider.Kind.CPU);
    }
    Map<ExecutionProvider.Kind, Map<String, String>> options = new LinkedHashMap<>();
    kinds.forEach(kind -> options.put(kind, new LinkedHashMap<>()));
    under("provider.")
        .forEach(
            (key, value) -> {
              int dot = key.indexOf('.');
              Map<String, String> target =
                  dot < 0 ? null : options.get(kind("provider." + key, key.substring(0, dot)));
              if (target == null) {
                throw new ModelLoadException(
                    file
                        + ": provider."
                        + key
                        + ": expected provider.<name>.<option> of a provider that \"providers\""
                        + " lists; it lists "
                        + kinds.toString().toLowerCase(Locale.ROOT));
              }
              target.put(key.substring(dot + 1), text("provider." + key));
            });
    builder.providers(
        options.entrySet().stream()
            .map(entry -> new ExecutionProvider(entry.getKey(), entry.getValue()))
            .toArray(ExecutionProvider[]::new));
  }

  private ExecutionProvider.Kind kind(String setting, String name) {
    try {
      return ExecutionProvider.Kind.parse(name);
    } catch (ModelLoadException e) {
      throw new ModelLoadException(file + ": " + setting + ": " + e.getMessage(), e);
    }
  }

  private Map<String, @Nullable Object> under(String prefix) {
    Map<String, @Nullable Object> members = new LinkedHashMap<>();
    entries.forEach(
        (name, value) -> {
          if (name.startsWith(prefix)) {
            members.put(name.substring(prefix.length()), value);
          }
        });
    return members;
  }

  private Path folder(String name) {
    String value = entries.containsKey(name) ? text(name) : "";
    if (value.isEmpty()) {
      throw new ModelLoadException(
          file + ": \"" + name + "\" is missing; it names a folder, relative to this file");
    }
    Path path = beside(value);
    if (!Files.isDirectory(path)) {
      throw new ModelLoadException(
          file + ": " + name + "=" + value + ": there is no folder " + path);
    }
    return path;
  }

  /** A model folder, or the configuration file of one. */
  private Path model(String name) {
    String value = text(name);
    Path path = beside(value);
    if (value.isEmpty() || !Files.exists(path)) {
      throw new ModelLoadException(
          file
              + ": "
              + name
              + "="
              + value
              + ": there is no model folder or configuration file "
              + path);
    }
    return path;
  }

  /** A folder that need not be there yet. */
  private Path newFolder(String name) {
    String value = text(name);
    if (value.isEmpty()) {
      throw new ModelLoadException(
          file + ": " + name + " is empty; name a folder, relative to this file, or leave it out");
    }
    Path path = beside(value);
    if (Files.exists(path) && !Files.isDirectory(path)) {
      throw new ModelLoadException(
          file + ": " + name + "=" + value + ": " + path + " is a file; name a folder");
    }
    return path;
  }

  private Path beside(String value) {
    return file.toAbsolutePath().resolveSibling(value).normalize();
  }

  /** A string, or a number or flag as it is written. */
  private String text(String name) {
    Object value = entries.get(name);
    if (value instanceof String || value instanceof Number || value instanceof Boolean) {
      return value.toString();
    }
    throw new ModelLoadException(
        file + ": " + name + " must be a single value; found " + Json.write(value));
  }

  private int integer(String name) {
    String value = text(name);
    try {
      int number = Integer.parseInt(value);
      if (number >= 1) {
        return number;
      }
    } catch (NumberFormatException e) {
      // Reported below, together with the numbers that are too small.
    }
    throw new ModelLoadException(
        file + ": " + name + " must be a whole number, at least 1; found " + value);
  }

  private boolean flag(String name) {
    String value = text(name);
    if (!value.equals("true") && !value.equals("false")) {
      throw new ModelLoadException(file + ": " + name + " must be true or false; found " + value);
    }
    return Boolean.parseBoolean(value);
  }
}
