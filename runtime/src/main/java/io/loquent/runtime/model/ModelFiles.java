package io.loquent.runtime.model;

import io.loquent.ModelConfig;
import io.loquent.ModelLoadException;
import io.loquent.runtime.onnx.EarlyExit;
import io.loquent.runtime.onnx.OnnxFile;
import io.loquent.runtime.onnx.OnnxSummary;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedSet;

/**
 * A model folder that was looked through, before a graph is opened.
 *
 * @param folder the model folder
 * @param tokenizerFolder where the tokenizer's files lie
 * @param config what its JSON files say
 * @param layout which files were chosen
 * @param summaries what the files are made of
 */
record ModelFiles(
    Path folder,
    Path tokenizerFolder,
    FolderConfig config,
    Layout layout,
    Map<Path, OnnxSummary> summaries) {

  private static final List<String> ENCODER_HEADS =
      List.of(
          "ForMaskedLM",
          "ForSequenceClassification",
          "ForTokenClassification",
          "ForQuestionAnswering");

  /** Finds a folder's files and checks that they are complete. */
  static ModelFiles read(ModelConfig config, List<String> findings) {
    Path folder = config.folder();
    FolderConfig folderConfig = FolderConfig.read(folder, true);
    Layout layout = Layout.detect(folder, config.precision(), folderConfig.genai());
    findings.add("layout: " + layout.reason() + " (precision " + layout.precision() + ")");
    Map<Path, OnnxSummary> summaries = new LinkedHashMap<>();
    for (Path file : layout.files()) {
      OnnxSummary summary = checked(file);
      summaries.put(file, summary);
      SortedSet<Integer> exits = EarlyExit.layers(summary.outputs());
      if (!exits.isEmpty()) {
        findings.add(
            "early exits: "
                + file.getFileName()
                + " offers logits after its layers "
                + exits
                + ", which assistant_early_exit guesses tokens with");
      }
    }
    return new ModelFiles(
        folder, config.tokenizerFolder().orElse(folder), folderConfig, layout, summaries);
  }

  /**
   * Whether activations are quantized per call, so that results depend on how calls are grouped.
   */
  boolean quantizesActivations() {
    return summaries.values().stream().anyMatch(OnnxSummary::quantizesActivations);
  }

  /** What the decoder's file, or the only one, is made of. */
  OnnxSummary decoder() {
    return Objects.requireNonNull(summaries.get(layout.decoder()));
  }

  /** Refuses encoders with heads that do not generate text. */
  void refuseEncoders() {
    for (String architecture : config.architectures()) {
      if (ENCODER_HEADS.stream().anyMatch(architecture::endsWith)) {
        throw new ModelLoadException(
            folder
                + ": config.json names the architecture "
                + architecture
                + ", which does not generate text; a generator needs a decoder (causal language"
                + " model), an encoder-decoder or a model that fills masks. Open encoders with"
                + " io.loquent.encoder.Encoder.open");
      }
    }
  }

  /** Reads what a file is made of, and checks that its external weights are there. */
  static OnnxSummary checked(Path file) {
    OnnxSummary summary = OnnxFile.read(file);
    summary
        .externalFiles()
        .forEach(
            (name, bytes) -> {
              Path data = file.resolveSibling(name);
              if (!Files.isRegularFile(data)) {
                throw new ModelLoadException(
                    data
                        + ": this file with external weights is missing; "
                        + file.getFileName()
                        + " needs it beside it, so download both");
              }
              if (size(data) < bytes) {
                throw new ModelLoadException(
                    data
                        + ": this file with external weights has "
                        + size(data)
                        + " bytes, and "
                        + file.getFileName()
                        + " needs at least "
                        + bytes
                        + "; it was copied or downloaded incompletely, so fetch it again");
              }
            });
    return summary;
  }

  private static long size(Path file) {
    try {
      return Files.size(file);
    } catch (IOException e) {
      throw new ModelLoadException(file + ": cannot be read: " + e.getMessage(), e);
    }
  }
}
