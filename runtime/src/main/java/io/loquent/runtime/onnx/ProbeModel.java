package io.loquent.runtime.onnx;

import java.util.List;
import java.util.Set;

/**
 * A part of a decoder as a model of its own, to see what it computes. Every input may have any
 * shape.
 */
public final class ProbeModel {

  private final byte[] bytes;
  private final Set<String> shapesOnly;

  ProbeModel(byte[] bytes, Set<String> shapesOnly) {
    this.bytes = bytes;
    this.shapesOnly = Set.copyOf(shapesOnly);
  }

  /**
   * Returns the model; weights in external files stay there.
   *
   * @return the bytes, not copied: change nothing in them
   */
  public byte[] bytes() {
    return bytes;
  }

  /**
   * Returns the inputs of which only batch and length matter.
   *
   * @return names of inputs of shape {@code [batch, new, any]}
   */
  public Set<String> shapesOnly() {
    return shapesOnly;
  }

  /** Writes a part of a graph; given tensors have the type of the cache. */
  static ProbeModel of(OnnxGraph graph, Cone cone, List<String> outputs, int type) {
    ModelBytes bytes = graph.bytes();
    MessageWriter part = new MessageWriter();
    for (OnnxNode node : graph.nodes()) {
      if (cone.nodes().contains(node)) {
        part.bytes(Fields.GRAPH_NODE, bytes.content(node.region()));
      }
    }
    part.text(Fields.GRAPH_NAME, "probe");
    for (String name : cone.initializers()) {
      Region initializer = graph.initializer(name);
      if (initializer != null) {
        part.bytes(Fields.GRAPH_INITIALIZER, bytes.content(initializer));
      }
    }
    for (String name : cone.inputs()) {
      Region info = graph.inputs().get(name);
      int declared = info == null ? 0 : ValueInfo.type(bytes, info);
      part.message(Fields.GRAPH_INPUT, ValueInfo.anyShape(name, declared == 0 ? type : declared));
    }
    for (String name : outputs) {
      part.message(Fields.GRAPH_OUTPUT, new MessageWriter().text(Fields.VALUE_INFO_NAME, name));
    }
    return new ProbeModel(model(bytes, part), cone.shapesOnly());
  }

  /** Keeps everything around the graph: operator sets, functions, version of the format. */
  private static byte[] model(ModelBytes bytes, MessageWriter graph) {
    MessageWriter model = new MessageWriter();
    MessageReader reader = new MessageReader(bytes, Region.whole(bytes.size()));
    while (reader.next()) {
      switch (reader.field()) {
        case Fields.MODEL_IR_VERSION -> model.integer(reader.field(), reader.integer());
        case Fields.MODEL_OPSET_IMPORT, Fields.MODEL_FUNCTIONS ->
            model.bytes(reader.field(), bytes.content(reader.message()));
        default -> {}
      }
    }
    return model.message(Fields.MODEL_GRAPH, graph).toBytes();
  }
}
