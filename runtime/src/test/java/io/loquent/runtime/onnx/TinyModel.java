package io.loquent.runtime.onnx;

import java.util.List;

/** Writes the wiring of a made-up model: nodes in order, weights by name, one output. */
final class TinyModel {

  /** A dimension of any size. */
  static final int FREE = -1;

  private final MessageWriter graph = new MessageWriter();

  TinyModel node(String operator, List<String> inputs, String... outputs) {
    graph.message(Fields.GRAPH_NODE, nodeMessage(operator, inputs, outputs));
    return this;
  }

  TinyModel node(MessageWriter node) {
    graph.message(Fields.GRAPH_NODE, node);
    return this;
  }

  static MessageWriter nodeMessage(String operator, List<String> inputs, String... outputs) {
    int domain = operator.indexOf(':');
    MessageWriter node =
        new MessageWriter().text(Fields.NODE_OP_TYPE, operator.substring(domain + 1));
    if (domain > 0) {
      node.text(Fields.NODE_DOMAIN, operator.substring(0, domain));
    }
    inputs.forEach(input -> node.text(Fields.NODE_INPUT, input));
    List.of(outputs).forEach(output -> node.text(Fields.NODE_OUTPUT, output));
    return node;
  }

  /** Weights of no shape and no content. */
  TinyModel weights(String... names) {
    for (String name : names) {
      weight(new MessageWriter().text(Fields.TENSOR_NAME, name));
    }
    return this;
  }

  TinyModel weight(MessageWriter tensor) {
    graph.message(Fields.GRAPH_INITIALIZER, tensor);
    return this;
  }

  TinyModel output(String name) {
    graph.message(Fields.GRAPH_OUTPUT, new MessageWriter().text(Fields.VALUE_INFO_NAME, name));
    return this;
  }

  /** An input or output; of its free dimensions the first is the batch. */
  static MessageWriter info(String name, int type, long... dimensions) {
    MessageWriter shape = new MessageWriter();
    boolean batch = true;
    for (long dimension : dimensions) {
      MessageWriter written = new MessageWriter();
      if (dimension == FREE) {
        written.text(Fields.DIMENSION_NAME, batch ? "batch" : "sequence");
        batch = false;
      } else {
        written.integer(Fields.DIMENSION_VALUE, dimension);
      }
      shape.message(Fields.SHAPE_DIMENSION, written);
    }
    MessageWriter tensor =
        new MessageWriter()
            .integer(Fields.TENSOR_TYPE_ELEMENT, type)
            .message(Fields.TENSOR_TYPE_SHAPE, shape);
    return new MessageWriter()
        .text(Fields.VALUE_INFO_NAME, name)
        .message(Fields.VALUE_INFO_TYPE, new MessageWriter().message(Fields.TYPE_TENSOR, tensor));
  }

  MessageWriter graph() {
    return graph;
  }

  byte[] model() {
    return new MessageWriter()
        .integer(Fields.MODEL_IR_VERSION, 8)
        .text(Fields.MODEL_PRODUCER_NAME, "by hand")
        .message(Fields.MODEL_GRAPH, graph)
        .message(Fields.MODEL_OPSET_IMPORT, new MessageWriter().integer(Fields.OPSET_VERSION, 17))
        .toBytes();
  }
}
