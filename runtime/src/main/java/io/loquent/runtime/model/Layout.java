package io.loquent.runtime.model;

import io.loquent.ModelLoadException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Which files of a folder make up the model. What their graphs can do is read from the graphs.
 *
 * @param encoder the encoder graph of an encoder-decoder
 * @param decoder the graph that starts a sequence, and continues it unless there is another for
 *     that
 * @param withPast the graph that continues a sequence, in split exports
 * @param states the declaration of a recurrent decoder's states
 * @param precision the precision whose files were chosen
 * @param reason how the files were recognised, in words
 */
record Layout(
    Optional<Path> encoder,
    Path decoder,
    Optional<Path> withPast,
    Optional<Path> states,
    String precision,
    String reason) {

  /** Ends of the names of weights that are no graphs. */
  private static final List<String> OTHER_WEIGHTS =
      List.of(".safetensors", "pytorch_model.bin", ".gguf", ".pt", ".h5");

  /** Finds the model's files, or says what is missing. */
  static Layout detect(Path folder, String precision, Map<String, @Nullable Object> genai) {
    Precision.check(precision);
    if (!Files.isDirectory(folder)) {
      throw new ModelLoadException(
          folder.toAbsolutePath()
              + (Files.exists(folder) ? ": this is a file" : ": there is no such folder")
              + "; give a folder that holds ONNX graphs");
    }
    Path states = folder.resolve("states.json");
    if (Files.exists(states)) {
      onlyAuto(precision, states);
      return recurrent(folder, states);
    }
    if (!genai.isEmpty()) {
      onlyAuto(precision, folder.resolve("genai_config.json"));
      return genai(folder, genai);
    }
    Optional<Layout> found =
        Stream.of(folder, folder.resolve("onnx"))
            .filter(Files::isDirectory)
            .map(place -> inPlace(folder, place, precision))
            .filter(Optional::isPresent)
            .map(Optional::get)
            .findFirst();
    return found.orElseThrow(() -> nothingFound(folder, precision));
  }

  private static void onlyAuto(String precision, Path config) {
    if (!precision.equals("auto")) {
      throw new ModelLoadException(
          config
              + " names the graphs itself, so precision \""
              + precision
              + "\" cannot be chosen; leave it at auto");
    }
  }

  /** All graph files. */
  List<Path> files() {
    List<Path> files = new ArrayList<>();
    encoder.ifPresent(files::add);
    files.add(decoder);
    withPast.ifPresent(files::add);
    return files;
  }

  private static Layout recurrent(Path folder, Path states) {
    Map<String, @Nullable Object> json = FolderConfig.read(states);
    Path encoder = named(folder, states, json, "encoder");
    Path decoder = named(folder, states, json, "decoder");
    return new Layout(
        Optional.of(encoder),
        decoder,
        Optional.empty(),
        Optional.of(states),
        "as exported",
        "states.json declares a recurrent encoder-decoder");
  }

  private static Path named(
      Path folder, Path states, Map<String, @Nullable Object> json, String part) {
    Object file = FolderConfig.object(json.get(part)).get("file");
    if (file == null) {
      throw new ModelLoadException(states + ": \"" + part + ".file\" is missing");
    }
    return existing(folder.resolve(file.toString()), states + " names it");
  }

  private static Layout genai(Path folder, Map<String, @Nullable Object> genai) {
    Path config = folder.resolve("genai_config.json");
    Map<String, @Nullable Object> model = FolderConfig.object(genai.get("model"));
    Map<String, @Nullable Object> decoder = FolderConfig.object(model.get("decoder"));
    if (decoder.get("pipeline") != null || model.get("encoder") != null) {
      throw new ModelLoadException(
          config
              + ": models in several parts (\"pipeline\", \"encoder\") are not supported; supported"
              + " is a \"decoder\" with one \"filename\"");
    }
    Object file = decoder.get("filename");
    if (file == null) {
      throw new ModelLoadException(config + ": \"model.decoder.filename\" is missing");
    }
    return new Layout(
        Optional.empty(),
        existing(folder.resolve(file.toString()), config + " names it"),
        Optional.empty(),
        Optional.empty(),
        "as exported",
        "genai_config.json names the graph (ONNX Runtime GenAI layout)");
  }

  private static Path existing(Path file, String why) {
    if (!Files.isRegularFile(file)) {
      throw new ModelLoadException(file + ": the graph is missing; " + why);
    }
    return file;
  }

  private static Optional<Layout> inPlace(Path folder, Path place, String precision) {
    List<String> wanted =
        precision.equals("auto") ? List.copyOf(Precision.SUFFIXES.keySet()) : List.of(precision);
    for (String candidate : wanted) {
      String suffix = Precision.SUFFIXES.get(candidate);
      Function<String, Path> file = base -> place.resolve(base + suffix + ".onnx");
      Optional<Layout> layout = byNames(folder, file, candidate);
      if (layout.isPresent()) {
        return layout;
      }
    }
    return precision.equals("auto") ? onlyGraph(place) : Optional.empty();
  }

  private static Optional<Layout> byNames(
      Path folder, Function<String, Path> file, String precision) {
    Path encoder = file.apply("encoder_model");
    Path merged = file.apply("decoder_model_merged");
    Path first = file.apply("decoder_model");
    Path withPast = file.apply("decoder_with_past_model");
    Path single = file.apply("model");
    boolean hasEncoder = Files.isRegularFile(encoder);
    Optional<Path> encoderPath = hasEncoder ? Optional.of(encoder) : Optional.empty();
    String prefix = hasEncoder ? name(encoder) + " with " : "";
    if (Files.isRegularFile(merged)) {
      return found(encoderPath, merged, Optional.empty(), precision, prefix + name(merged));
    }
    if (Files.isRegularFile(first)) {
      Optional<Path> next =
          Files.isRegularFile(withPast) ? Optional.of(withPast) : Optional.empty();
      String files = name(first) + next.map(path -> " and " + name(path)).orElse("");
      return found(encoderPath, first, next, precision, prefix + files);
    }
    if (hasEncoder) {
      throw new ModelLoadException(
          folder
              + ": there is "
              + name(encoder)
              + " but no decoder beside it; expected "
              + name(merged)
              + ", or "
              + name(first)
              + " and "
              + name(withPast));
    }
    if (Files.isRegularFile(single)) {
      return found(Optional.empty(), single, Optional.empty(), precision, name(single));
    }
    return Optional.empty();
  }

  private static Optional<Layout> found(
      Optional<Path> encoder, Path decoder, Optional<Path> next, String precision, String files) {
    return Optional.of(
        new Layout(encoder, decoder, next, Optional.empty(), precision, "found " + files));
  }

  private static Optional<Layout> onlyGraph(Path place) {
    List<Path> graphs = graphs(place);
    return graphs.size() == 1
        ? Optional.of(
            new Layout(
                Optional.empty(),
                graphs.get(0),
                Optional.empty(),
                Optional.empty(),
                "as exported",
                "the only graph in the folder is " + name(graphs.get(0))))
        : Optional.empty();
  }

  private static ModelLoadException nothingFound(Path folder, String precision) {
    List<String> names = new ArrayList<>();
    for (Path place : List.of(folder, folder.resolve("onnx"))) {
      graphs(place).forEach(graph -> names.add(folder.relativize(graph).toString()));
    }
    String wanted =
        precision.equals("auto")
            ? "expected model.onnx, decoder_model_merged.onnx, decoder_model.onnx (with"
                + " decoder_with_past_model.onnx), encoder_model.onnx with one of these decoders,"
                + " genai_config.json or states.json, here or in the folder onnx"
            : "no complete set of graphs of precision \""
                + precision
                + "\" (names ending in \""
                + Precision.SUFFIXES.get(precision)
                + ".onnx\")";
    return new ModelLoadException(
        folder.toAbsolutePath()
            + ": no model found: "
            + wanted
            + "; found "
            + (names.isEmpty() ? "no .onnx file" + exportHint(folder) : String.join(", ", names)));
  }

  /** What to do about weights that other libraries run. */
  private static String exportHint(Path folder) {
    List<String> weights =
        files(folder, name -> OTHER_WEIGHTS.stream().anyMatch(name::endsWith)).stream()
            .map(Layout::name)
            .collect(Collectors.toList());
    return weights.isEmpty()
        ? ""
        : " but "
            + String.join(", ", weights)
            + ": export the model to ONNX first, for example with `optimum-cli export onnx`";
  }

  private static List<Path> graphs(Path place) {
    return files(place, name -> name.endsWith(".onnx"));
  }

  private static List<Path> files(Path place, Predicate<String> wanted) {
    if (!Files.isDirectory(place)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(place)) {
      return files.filter(file -> wanted.test(name(file))).sorted().collect(Collectors.toList());
    } catch (IOException e) {
      throw new ModelLoadException(place + ": cannot be listed: " + e.getMessage(), e);
    }
  }

  private static String name(Path file) {
    return String.valueOf(file.getFileName());
  }
}
