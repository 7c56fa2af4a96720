package io.loquent.runtime.model;

import io.loquent.runtime.onnx.GraphEdit;
import io.loquent.runtime.onnx.LogitsPositions;
import io.loquent.runtime.onnx.OnnxSummary;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Opens the graph that starts a sequence, with additions where they pay.
 *
 * @param additions whether graphs may be changed while they are loaded
 * @param sessions opens graphs
 * @param findings receives what was changed, or why not
 */
record DecoderOpening(boolean additions, SessionFactory sessions, List<String> findings) {

  /** A changed graph is handed over in memory, on the Java heap for a moment. */
  private static final long MOST_INLINE_BYTES = 256L << 20;

  Graph open(Layout layout, FolderConfig config, Map<Path, OnnxSummary> summaries) {
    Path file = layout.decoder();
    Optional<byte[]> changed =
        pays(layout, summaries.get(file)) ? positions(file, config) : Optional.empty();
    return changed.isPresent() ? sessions.open(file, changed.get()) : sessions.open(file);
  }

  /** A decoder beside an encoder starts with one token or a few: there is nothing to leave out. */
  private boolean pays(Layout layout, @Nullable OnnxSummary summary) {
    return additions
        && summary != null
        && !layout.encoder().isPresent()
        && summary.inlineWeightBytes() <= MOST_INLINE_BYTES;
  }

  private Optional<byte[]> positions(Path file, FolderConfig config) {
    GraphNames names =
        config.genai().isEmpty() ? GraphNames.CONVENTIONAL : GraphNames.of(config.genai());
    GraphEdit edit = LogitsPositions.add(file, names.logits());
    findings.add(
        edit.model().isPresent()
            ? "graph additions: only the positions whose logits are read go through the"
                + " language-model head"
            : "graph additions: none, because " + edit.reason());
    return edit.model();
  }
}
