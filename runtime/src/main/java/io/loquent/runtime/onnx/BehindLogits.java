package io.loquent.runtime.onnx;

import io.loquent.ModelLoadException;
import java.util.function.Supplier;

/** Adds nodes behind the logits of a graph. Stateless; safe for every thread. */
final class BehindLogits {

  /** The first version of the standard operators whose Softmax and TopK count axes from behind. */
  private static final long LEAST_OPSET = 11;

  private BehindLogits() {}

  /**
   * Adds fields to the outermost graph of a copy of a model.
   *
   * @param model an ONNX model; left as it is
   * @param logits name of the output that holds the logits
   * @param output name of an output that is added; where it is there already, nothing changes
   * @param fields writes the nodes, inputs and outputs
   * @return the changed model, or why it was left alone
   * @throws ModelLoadException if the bytes are truncated or no ONNX model
   */
  static GraphEdit add(byte[] model, String logits, String output, Supplier<MessageWriter> fields) {
    try (ModelBytes bytes = ModelBytes.of("in memory", model)) {
      Long opset = OnnxFile.opsets(bytes).get("");
      if (opset == null || opset < LEAST_OPSET) {
        return GraphEdit.unknown("its operators are of version " + opset);
      }
      OnnxGraph graph = new OnnxGraph(bytes, OnnxFile.graphOf(bytes), null);
      if (!Additions.fits(bytes.size())) {
        return GraphEdit.unknown("the model is too large to be held in memory");
      }
      if (!graph.outputs().contains(logits)) {
        return GraphEdit.unknown("no output '" + logits + "' among " + graph.outputs());
      }
      Additions additions = new Additions();
      if (!graph.outputs().contains(output)) {
        additions.append(graph.region(), fields.get());
      }
      return GraphEdit.of(additions.applyTo(bytes));
    }
  }
}
