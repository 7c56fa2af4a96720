package io.loquent.runtime.onnx;

import io.loquent.ModelLoadException;
import io.loquent.runtime.onnx.HeadSearch.Branches;
import io.loquent.runtime.onnx.HeadSearch.Found;
import io.loquent.runtime.onnx.HeadSearch.Head;
import io.loquent.runtime.onnx.HeadSearch.Unknown;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Lets a graph compute the logits of chosen positions only. An export that computes them for all
 * positions of a prompt multiplies every one with the whole vocabulary, and only the last is read.
 *
 * <p>A {@code GatherND} is put before the language-model head, which picks positions of the hidden
 * state by a new graph input {@link #INPUT} of shape {@code [batch, picked, 1]}, int64; the logits
 * become {@code [batch, picked, vocabulary]}. Each picked position is multiplied with the same
 * weights as before. Where the logits come out of an {@code If}, both branches are changed alike.
 *
 * <p>Left alone are heads that read quantized activations: dynamic quantization looks at all
 * positions together, so fewer of them would change the numbers. Stateless; safe for every thread.
 */
public final class LogitsPositions {

  /** The name of the added graph input. */
  public static final String INPUT = "loquent_logits_positions";

  /** The first version of the standard operators whose GatherND knows batches. */
  private static final long LEAST_OPSET = 12;

  private static final String PICKED = "loquent_picked_positions";

  private LogitsPositions() {}

  /**
   * Adds the input to a copy of a model file.
   *
   * @param file an ONNX model
   * @param logits name of the output that holds the logits
   * @return the changed model, or why it was left alone
   * @throws ModelLoadException if the file cannot be read, is truncated or no ONNX model
   */
  public static GraphEdit add(Path file, String logits) {
    Long opset = OnnxFile.read(file).opsets().get("");
    if (opset == null || opset < LEAST_OPSET) {
      return GraphEdit.unknown("its operators are of version " + opset);
    }
    try (ModelBytes bytes = ModelBytes.open(file)) {
      OnnxGraph graph = new OnnxGraph(bytes, OnnxFile.graphOf(bytes), null);
      if (!Additions.fits(bytes.size())) {
        return GraphEdit.unknown("the model is too large to be held in memory");
      }
      if (!graph.outputs().contains(logits)) {
        return GraphEdit.unknown("no output '" + logits + "' among " + graph.outputs());
      }
      Additions additions = new Additions();
      String reason = pick(graph, logits, PICKED, additions);
      if (reason != null) {
        return GraphEdit.unknown(reason);
      }
      additions.append(
          graph.region(),
          new MessageWriter().message(Fields.GRAPH_INPUT, ValueInfo.positions(INPUT)));
      return GraphEdit.of(additions.applyTo(bytes));
    }
  }

  /** Changes a graph or those inside it; returns why it could not. */
  private static @Nullable String pick(
      OnnxGraph graph, String logits, String picked, Additions additions) {
    Found found = new HeadSearch(graph, logits).find();
    if (found instanceof Unknown unknown) {
      return unknown.reason();
    }
    if (found instanceof Branches branches) {
      String reason = pickInBranches(graph, branches, picked, additions);
      if (reason != null) {
        return reason;
      }
    }
    if (found instanceof Head head) {
      if (head.reshaped() || !head.isDirect()) {
        return "the head reads a quantized activation, or its result is reshaped";
      }
      Region input = head.node().inputRegion(graph.bytes(), 0);
      if (input == null) {
        return "the head has no input";
      }
      additions.insertBefore(
          head.node().region(),
          new MessageWriter().message(Fields.GRAPH_NODE, gather(head.activation(), picked)));
      additions.replace(input, picked.getBytes(java.nio.charset.StandardCharsets.UTF_8));
    }
    Region info = graph.outputInfo(logits);
    additions.replace(info, ValueInfo.withFreeAxis(graph.bytes(), info, 1, "picked_positions"));
    return null;
  }

  private static @Nullable String pickInBranches(
      OnnxGraph graph, Branches found, String picked, Additions additions) {
    for (String branch : List.of("then_branch", "else_branch")) {
      Region region = found.node().attributeMessage(graph.bytes(), branch, Fields.ATTRIBUTE_GRAPH);
      if (region == null) {
        return "the If that computes the logits has no " + branch;
      }
      OnnxGraph inner = new OnnxGraph(graph.bytes(), region, graph);
      if (found.output() >= inner.outputs().size()) {
        return "the " + branch + " of the If that computes the logits has too few outputs";
      }
      String reason =
          pick(inner, inner.outputs().get(found.output()), picked + "_" + branch, additions);
      if (reason != null) {
        return "in the " + branch + ", " + reason;
      }
    }
    return null;
  }

  private static MessageWriter gather(String activation, String picked) {
    MessageWriter batchDims =
        new MessageWriter()
            .text(Fields.ATTRIBUTE_NAME, "batch_dims")
            .integer(Fields.ATTRIBUTE_INT, 1)
            .integer(Fields.ATTRIBUTE_TYPE, Fields.ATTRIBUTE_IS_INT);
    return new MessageWriter()
        .text(Fields.NODE_INPUT, activation)
        .text(Fields.NODE_INPUT, INPUT)
        .text(Fields.NODE_OUTPUT, picked)
        .text(Fields.NODE_NAME, picked)
        .text(Fields.NODE_OP_TYPE, "GatherND")
        .message(Fields.NODE_ATTRIBUTE, batchDims);
  }
}
