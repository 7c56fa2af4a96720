package io.loquent.runtime.onnx;

import io.loquent.runtime.onnx.HeadSearch.Branches;
import io.loquent.runtime.onnx.HeadSearch.Found;
import io.loquent.runtime.onnx.HeadSearch.Head;
import io.loquent.runtime.onnx.HeadSearch.Unknown;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A change to a graph around its language-model head, wherever the head is: in the graph itself, or
 * in both branches of an {@code If}, as in merged decoders. For one edit of one model.
 */
abstract class HeadEdit {

  final Additions additions = new Additions();

  /** Changes the head. Returns why it could not; null if it could. */
  abstract @Nullable String atHead(OnnxGraph graph, Head head, String logits, String name);

  /** Changes the {@code If} whose branches were changed. */
  abstract void atBranches(OnnxNode node, String name);

  /** Changes what a graph declares, after its head was changed. */
  abstract void atOutput(OnnxGraph graph, String logits, String name);

  /**
   * Makes the change.
   *
   * @param bytes the model
   * @param logits name of the output that holds the logits
   * @param name of the tensor that is added
   */
  final GraphEdit applyTo(ModelBytes bytes, String logits, String name) {
    OnnxGraph graph = new OnnxGraph(bytes, OnnxFile.graphOf(bytes), null);
    if (!Additions.fits(bytes.size())) {
      return GraphEdit.unknown("the model is too large to be held in memory");
    }
    if (graph.outputs().contains(name)) {
      return GraphEdit.of(additions.applyTo(bytes));
    }
    if (!graph.outputs().contains(logits)) {
      return GraphEdit.unknown("no output '" + logits + "' among " + graph.outputs());
    }
    String reason = change(graph, logits, name);
    return reason == null ? GraphEdit.of(additions.applyTo(bytes)) : GraphEdit.unknown(reason);
  }

  /** Changes a graph and those inside it; returns why it could not. */
  private @Nullable String change(OnnxGraph graph, String logits, String name) {
    Found found = new HeadSearch(graph, logits).find();
    String reason = null;
    if (found instanceof Unknown unknown) {
      reason = unknown.reason();
    } else if (found instanceof Branches branches) {
      reason = changeBranches(graph, branches, name);
    } else if (found instanceof Head head) {
      reason = atHead(graph, head, logits, name);
    }
    if (reason == null) {
      atOutput(graph, logits, name);
    }
    return reason;
  }

  private @Nullable String changeBranches(OnnxGraph graph, Branches found, String name) {
    // Names inside must differ from those outside, and may not meet between branches either.
    for (String branch : List.of("then_branch", "else_branch")) {
      Region region = found.node().attributeMessage(graph.bytes(), branch, Fields.ATTRIBUTE_GRAPH);
      if (region == null) {
        return "the If that computes the logits has no " + branch;
      }
      OnnxGraph inner = new OnnxGraph(graph.bytes(), region, graph);
      if (found.output() >= inner.outputs().size()) {
        return "the " + branch + " of the If that computes the logits has too few outputs";
      }
      String reason = change(inner, inner.outputs().get(found.output()), name + "_" + branch);
      if (reason != null) {
        return "in the " + branch + ", " + reason;
      }
    }
    atBranches(found.node(), name);
    return null;
  }
}
