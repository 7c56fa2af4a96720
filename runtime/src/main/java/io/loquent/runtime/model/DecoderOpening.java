package io.loquent.runtime.model;

import io.loquent.ModelLoadException;
import io.loquent.runtime.onnx.BestTokensOutput;
import io.loquent.runtime.onnx.GraphEdit;
import io.loquent.runtime.onnx.LogitsPositions;
import io.loquent.runtime.onnx.ModelEdit;
import io.loquent.runtime.onnx.OnnxSummary;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Opens a decoder's graphs, with additions where they pay.
 *
 * @param additions whether graphs may be changed while they are loaded
 * @param sessions opens graphs
 * @param findings receives what was changed, or why not
 */
record DecoderOpening(boolean additions, SessionFactory sessions, List<String> findings) {

  private static final long MOST_INLINE_BYTES = 256L << 20;

  /**
   * One edit of a graph.
   *
   * @param made what it brings, for people
   * @param left what stays as it is where the edit cannot be made, for people
   * @param edit makes it
   */
  private record Addition(String made, String left, ModelEdit edit) {}

  /** Opens the graph that starts a sequence; it also continues it unless the export is split. */
  Graph openFirst(Layout layout, FolderConfig config, Map<Path, OnnxSummary> summaries) {
    List<Addition> chosen = new ArrayList<>();
    if (!layout.encoder().isPresent()) {
      // A decoder beside an encoder starts with one token or a few: there is nothing to leave out.
      chosen.add(positions(config));
    }
    if (!layout.withPast().isPresent()) {
      // In split exports it would serve one step only.
      chosen.add(best(config));
    }
    return open(layout.decoder(), chosen, summaries);
  }

  /** Opens the graph that only continues a sequence. */
  Graph openNext(Path file, FolderConfig config, Map<Path, OnnxSummary> summaries) {
    return open(file, List.of(best(config)), summaries);
  }

  private static Addition positions(FolderConfig config) {
    GraphNames names = GraphNames.of(config);
    return new Addition(
        "only the positions whose logits are read go through the language-model head",
        "all positions go through the language-model head",
        model -> LogitsPositions.add(model, names.logits()));
  }

  private static Addition best(FolderConfig config) {
    GraphNames names = GraphNames.of(config);
    return new Addition(
        "beam search reads the best tokens, which the graph ranks itself",
        "beam search reads the whole vocabulary",
        model -> BestTokensOutput.add(model, names.logits()));
  }

  /** Makes one edit after the other; one that cannot be made is left out. */
  private Graph open(Path file, List<Addition> chosen, Map<Path, OnnxSummary> summaries) {
    OnnxSummary summary = summaries.get(file);
    if (!additions
        || chosen.isEmpty()
        || summary == null
        || summary.inlineWeightBytes() > mostInlineBytes()) {
      return sessions.open(file);
    }
    byte[] model = read(file);
    List<ModelEdit> edits = new ArrayList<>();
    for (Addition addition : chosen) {
      GraphEdit made = addition.edit().applyTo(model);
      Optional<byte[]> changed = made.model();
      if (changed.isPresent()) {
        model = changed.get();
        edits.add(addition.edit());
        findings.add("graph additions: " + addition.made());
      } else {
        findings.add("graph additions: " + addition.left() + ", because " + made.reason());
      }
    }
    return edits.isEmpty() ? sessions.open(file) : sessions.open(file, model, edits);
  }

  /** A changed graph is handed over in memory: on the Java heap, twice for a moment. */
  private static long mostInlineBytes() {
    return Math.min(MOST_INLINE_BYTES, Runtime.getRuntime().maxMemory() / 4);
  }

  /** Reads a model file and makes edits that were made of it before. */
  static byte[] edited(Path file, List<ModelEdit> edits) {
    byte[] model = read(file);
    for (ModelEdit edit : edits) {
      model = edit.applyTo(model).model().orElse(model);
    }
    return model;
  }

  private static byte[] read(Path file) {
    try {
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw new ModelLoadException("Model file " + file + " cannot be read: " + e.getMessage(), e);
    }
  }
}
