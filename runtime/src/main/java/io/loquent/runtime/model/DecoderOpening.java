package io.loquent.runtime.model;

import ai.onnxruntime.OrtException;
import io.loquent.InferenceException;
import io.loquent.ModelLoadException;
import io.loquent.runtime.onnx.BestTokensOutput;
import io.loquent.runtime.onnx.CacheBranch;
import io.loquent.runtime.onnx.DecodeAttention;
import io.loquent.runtime.onnx.EarlyExit;
import io.loquent.runtime.onnx.GraphEdit;
import io.loquent.runtime.onnx.LogitsPositions;
import io.loquent.runtime.onnx.ModelEdit;
import io.loquent.runtime.onnx.OnnxSummary;
import io.loquent.runtime.onnx.PlainAttention;
import io.loquent.runtime.onnx.SharedAttention;
import io.loquent.runtime.onnx.SoftmaxOutput;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Opens a decoder's graphs, with additions where they pay.
 *
 * @param additions whether graphs may be changed while they are loaded
 * @param sessions opens graphs
 * @param findings receives what was changed, or why not
 * @param cuts parts of graphs that are opened in the place of the whole ones, by file
 */
record DecoderOpening(
    boolean additions, SessionFactory sessions, List<String> findings, Map<Path, CutGraph> cuts) {

  private static final long MOST_INLINE_BYTES = 256L << 20;

  private static final String PREFIX = "graph additions: ";
  private static final String APART = "its attention stays as it is, with past and present apart";

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
    List<Addition> chosen = withoutExits(layout.decoder(), summaries);
    if (layout.encoder().isPresent()) {
      // A decoder beside an encoder starts with one token or a few, and stays short.
      if (!layout.withPast().isPresent()) {
        // In split exports they would serve one step only.
        chosen.addAll(behindLogits(config));
      }
      return open(layout.decoder(), chosen, summaries);
    }
    chosen.add(positions(config));
    if (layout.withPast().isPresent()) {
      findings.add(PREFIX + APART + ", because the export is split into two graphs");
      return open(layout.decoder(), chosen, summaries);
    }
    chosen.addAll(behindLogits(config));
    return openSharing(layout.decoder(), config, chosen, summaries);
  }

  /** Opens the graph that only continues a sequence. */
  Graph openNext(Path file, FolderConfig config, Map<Path, OnnxSummary> summaries) {
    List<Addition> chosen = withoutExits(file, summaries);
    chosen.addAll(behindLogits(config));
    return open(file, chosen, summaries);
  }

  /** Early exits serve drafts alone, which run in a graph of their own. */
  private static List<Addition> withoutExits(Path file, Map<Path, OnnxSummary> summaries) {
    List<Addition> chosen = new ArrayList<>();
    OnnxSummary summary = summaries.get(file);
    if (summary != null && !EarlyExit.layers(summary.outputs()).isEmpty()) {
      chosen.add(
          new Addition(
              "its early exits are left out of the runs that nobody reads them of",
              "its early exits are computed in every run",
              EarlyExit::leaveOut));
    }
    return chosen;
  }

  /** Opens a graph whose past and present share buffers, if it was proven that they may. */
  private Graph openSharing(
      Path file, FolderConfig config, List<Addition> others, Map<Path, OnnxSummary> summaries) {
    if (!mayChange(file, summaries)) {
      return open(file, others, summaries);
    }
    byte[] model = original(file);
    List<Addition> sharing = sharedAttention(file, model, config);
    List<Addition> all = new ArrayList<>(sharing);
    all.addAll(others);
    all.addAll(decodeAttention(file, summaries.get(file), sharing));
    int before = findings.size();
    Graph graph = open(file, model, all);
    if (sharing.size() > 1 && !StepwiseCheck.agrees(graph, config)) {
      graph.close();
      findings.subList(before, findings.size()).clear();
      findings.add(PREFIX + APART + ", because several tokens at once give other numbers");
      graph = open(file, model, others);
    }
    return graph;
  }

  private boolean mayChange(Path file, Map<Path, OnnxSummary> summaries) {
    OnnxSummary summary = summaries.get(file);
    return additions && summary != null && summary.inlineWeightBytes() <= mostInlineBytes();
  }

  /** Only for the CPU: other devices lack the operator, or have it in half precision alone. */
  private List<Addition> sharedAttention(Path file, byte[] original, FolderConfig config) {
    List<Addition> chosen = new ArrayList<>();
    byte[] model = original;
    if (CacheBranch.isIn(original)) {
      GraphEdit alone = CacheBranch.alone(original);
      Optional<byte[]> changed = alone.model();
      if (!changed.isPresent()) {
        return List.of(sharing(m -> alone));
      }
      model = changed.get();
      chosen.add(
          new Addition(
              "the branch that continues a sequence also starts it, with an empty past",
              "both branches stay",
              CacheBranch::alone));
    }
    PlainAttention attention = PlainAttention.of(model, GraphNames.of(config).tokens());
    if (!attention.hasPlainCache() || !sessions.onlyCpu()) {
      return List.of();
    }
    AttentionProof proof =
        new AttentionProof(sessions, file, attention, config, GraphNames.of(config).tokens());
    Optional<SharedAttention> proven = proof.prove();
    if (!proven.isPresent()) {
      return List.of(sharing(m -> GraphEdit.unknown(proof.reason())));
    }
    GraphEdit made = proven.get().applyTo(model);
    if (!made.model().isPresent()) {
      return List.of(sharing(m -> made));
    }
    chosen.add(sharing(proven.get()));
    return chosen;
  }

  private static Addition sharing(ModelEdit edit) {
    return new Addition(
        "its attention was proven to be plain causal attention and runs as"
            + " GroupQueryAttention, with past and present in one buffer",
        APART,
        edit);
  }

  /** Only where the library of matrix products has a kernel for one row: on x64 processors. */
  private List<Addition> decodeAttention(
      Path file, @Nullable OnnxSummary summary, List<Addition> sharing) {
    boolean hasOperator =
        (summary != null && summary.operators().contains(SharedAttention.OPERATOR))
            || sharing.stream().anyMatch(addition -> addition.edit() instanceof SharedAttention);
    if (!hasOperator || !sessions.onlyCpu() || !ProcessorFeatures.here().contains("avx2")) {
      return List.of();
    }
    int threads = sessions.mostThreads();
    Optional<String> refusal = refusal(file);
    return List.of(
        new Addition(
            "the attention of one new token runs as matrix products, for all rows at once",
            "the attention of one new token is computed as the operator does it",
            model ->
                refusal
                    .map(GraphEdit::unknown)
                    .orElseGet(() -> DecodeAttention.apply(model, threads))));
  }

  /** Why this build of ONNX Runtime does not compute one new token's attention in that way. */
  private Optional<String> refusal(Path file) {
    try {
      return OperatorCheck.decodeError(sessions, file) < AttentionProof.MOST_ERROR
          ? Optional.empty()
          : Optional.of("this ONNX Runtime computes something else then");
    } catch (OrtException | InferenceException e) {
      return Optional.of(
          "this ONNX Runtime does not take that (" + AttentionProof.firstLine(e) + ")");
    }
  }

  private static Addition positions(FolderConfig config) {
    GraphNames names = GraphNames.of(config);
    return new Addition(
        "only the positions whose logits are read go through the language-model head",
        "all positions go through the language-model head",
        model -> LogitsPositions.add(model, names.logits()));
  }

  /** What searches read in the place of the logits, or beside them. */
  private List<Addition> behindLogits(FolderConfig config) {
    String logits = GraphNames.of(config).logits();
    List<Addition> chosen = new ArrayList<>();
    chosen.add(
        new Addition(
            "beam search reads the best tokens, which the graph ranks itself",
            "beam search reads the whole vocabulary",
            model -> BestTokensOutput.add(model, logits)));
    if (sessions.onlyCpu()) {
      // Elsewhere the whole vocabulary would come back to the host twice.
      chosen.add(
          new Addition(
              "greedy search and sampling read how probable tokens are, which the graph computes itself",
              "greedy search and sampling compute how probable tokens are from the whole vocabulary",
              model -> SoftmaxOutput.add(model, logits)));
    }
    return chosen;
  }

  private Graph open(Path file, List<Addition> chosen, Map<Path, OnnxSummary> summaries) {
    if (!chosen.isEmpty() && mayChange(file, summaries)) {
      return open(file, original(file), chosen);
    }
    if (!chosen.isEmpty() && additions) {
      findings.add(
          PREFIX
              + "none, because the weights within the file are larger than "
              + (mostInlineBytes() >> 20)
              + " MB; export them as external data");
    }
    return cuts.containsKey(file) ? open(file, original(file), List.of()) : sessions.open(file);
  }

  private byte[] original(Path file) {
    CutGraph cut = cuts.get(file);
    return cut == null ? read(file) : cut.model();
  }

  /** Makes one edit after the other; one that cannot be made is left out. */
  private Graph open(Path file, byte[] original, List<Addition> chosen) {
    byte[] model = original;
    List<ModelEdit> edits = new ArrayList<>();
    if (cuts.containsKey(file)) {
      edits.add(cuts.get(file).edit());
    }
    for (Addition addition : chosen) {
      GraphEdit made = addition.edit().applyTo(model);
      Optional<byte[]> changed = made.model();
      if (changed.isPresent()) {
        model = changed.get();
        edits.add(addition.edit());
        findings.add(PREFIX + addition.made());
      } else {
        findings.add(PREFIX + addition.left() + ", because " + made.reason());
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
