package io.loquent.runtime.onnx;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.loquent.runtime.onnx.HeadSearch.Head;
import java.util.List;

/** Copies of a decoder with the input {@code num_logits_to_keep} that newer exports have. */
public final class KeptLogits {

  private KeptLogits() {}

  /** Writes the copy: the head only reads so many of the last positions; all, if it is 0. */
  public static byte[] of(byte[] model) {
    try (ModelBytes bytes = ModelBytes.of("in memory", model)) {
      OnnxGraph graph = new OnnxGraph(bytes, OnnxFile.graphOf(bytes), null);
      Head head = (Head) new HeadSearch(graph, "logits").find();
      MessageWriter nodes = new MessageWriter();
      nodes.message(Fields.GRAPH_NODE, ConstantTensor.node("kept_axis", 1));
      nodes.message(Fields.GRAPH_NODE, ConstantTensor.node("kept_flat", -1));
      nodes.message(Fields.GRAPH_NODE, ConstantTensor.node("kept_end", Long.MAX_VALUE));
      List<NewNode> cut =
          List.of(
              new NewNode("Neg", List.of("num_logits_to_keep"), "kept_minus"),
              new NewNode("Reshape", List.of("kept_minus", "kept_flat"), "kept_start"),
              new NewNode(
                  "Slice",
                  List.of(head.activation(), "kept_start", "kept_end", "kept_axis"),
                  "kept_states"));
      cut.forEach(node -> nodes.message(Fields.GRAPH_NODE, node.message()));
      Additions additions = new Additions();
      additions.insertBefore(head.node().region(), nodes);
      additions.replace(head.node().inputRegion(bytes, 0), "kept_states".getBytes(UTF_8));
      MessageWriter scalar =
          new MessageWriter()
              .integer(Fields.TENSOR_TYPE_ELEMENT, Fields.TYPE_INT64)
              .message(Fields.TENSOR_TYPE_SHAPE, new MessageWriter());
      MessageWriter input =
          new MessageWriter()
              .text(Fields.VALUE_INFO_NAME, "num_logits_to_keep")
              .message(
                  Fields.VALUE_INFO_TYPE, new MessageWriter().message(Fields.TYPE_TENSOR, scalar));
      additions.append(graph.region(), new MessageWriter().message(Fields.GRAPH_INPUT, input));
      Region info = graph.outputInfo("logits");
      additions.replace(info, ValueInfo.withFreeAxis(bytes, info, 1, "kept"));
      return additions.applyTo(bytes);
    }
  }
}
