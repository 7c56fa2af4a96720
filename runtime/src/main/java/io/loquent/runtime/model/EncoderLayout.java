package io.loquent.runtime.model;

import io.loquent.ModelLoadException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Which file of a folder is the encoder's graph, and why.
 *
 * <p>Precision {@code auto} takes the graph with full precision where there is one, so that the
 * same folder gives the same numbers on every machine; where there are only graphs that sentence
 * transformers quantized for a kind of processor, it takes the best for this one, as {@code int8}
 * does whatever else is there.
 *
 * @param file the graph
 * @param precision the precision that was chosen
 * @param reason how it was recognised, in words
 */
record EncoderLayout(Path file, String precision, String reason) {

  /** Sentence transformers' quantized graphs, the fastest first, by what they need. */
  private static final Map<String, String> BY_PROCESSOR = byProcessor();

  private static Map<String, String> byProcessor() {
    Map<String, String> suffixes = new LinkedHashMap<>();
    suffixes.put("_qint8_avx512_vnni", "avx512_vnni");
    suffixes.put("_qint8_avx512", "avx512f");
    suffixes.put("_quint8_avx2", "avx2");
    suffixes.put("_qint8_arm64", "arm64");
    return suffixes;
  }

  /** Graphs that ONNX Runtime's optimizer wrote; level 4 has half precision. */
  private static final List<String> OPTIMIZED = List.of("_O3", "_O2", "_O1");

  /** Finds the graph, or says what is missing. */
  static EncoderLayout detect(Path folder, String precision, Set<String> processor) {
    Precision.check(precision);
    if (!Files.isDirectory(folder)) {
      throw new ModelLoadException(
          folder.toAbsolutePath()
              + (Files.exists(folder) ? ": this is a file" : ": there is no such folder")
              + "; give a folder that holds an ONNX graph");
    }
    for (Path place : List.of(folder, folder.resolve("onnx"))) {
      Optional<EncoderLayout> found = inPlace(place, precision, processor);
      if (found.isPresent()) {
        return found.get();
      }
    }
    // Says the same of wrong folders as for generators, and finds a graph of any name.
    Layout layout = Layout.detect(folder, precision, Map.of());
    return new EncoderLayout(layout.decoder(), layout.precision(), layout.reason());
  }

  private static Optional<EncoderLayout> inPlace(
      Path place, String precision, Set<String> processor) {
    List<Choice> choices = new ArrayList<>();
    boolean any = precision.equals("auto");
    if (any || precision.equals("fp32")) {
      choices.add(new Choice("", "fp32", ""));
      OPTIMIZED.forEach(level -> choices.add(new Choice(level, "fp32", "")));
    }
    if (any || precision.equals("fp16")) {
      choices.add(new Choice("_fp16", "fp16", ""));
      choices.add(new Choice("_O4", "fp16", ""));
    }
    if (any || precision.equals("int8") || precision.equals("uint8")) {
      BY_PROCESSOR.forEach(
          (suffix, feature) -> {
            String quantized = suffix.startsWith("_qu") ? "uint8" : "int8";
            boolean wanted = any || precision.equals("int8") || precision.equals(quantized);
            if (wanted && processor.contains(feature)) {
              choices.add(new Choice(suffix, quantized, ", made for processors with " + feature));
            }
          });
    }
    return choices.stream()
        .filter(choice -> Files.isRegularFile(choice.in(place)))
        .map(choice -> choice.layout(place))
        .findFirst();
  }

  /** A file that may be there. */
  private record Choice(String suffix, String precision, String why) {
    Path in(Path place) {
      return place.resolve("model" + suffix + ".onnx");
    }

    EncoderLayout layout(Path place) {
      return new EncoderLayout(in(place), precision, "found " + in(place).getFileName() + why);
    }
  }
}
