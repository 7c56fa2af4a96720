package io.loquent.runtime.onnx;

/** Writes one operator of a graph; its name is that of its first output. */
final class NodeWriter {

  private final MessageWriter message = new MessageWriter();
  private String name = "";

  private NodeWriter() {}

  static NodeWriter node(String operator) {
    NodeWriter node = new NodeWriter();
    node.message.text(Fields.NODE_OP_TYPE, operator);
    return node;
  }

  NodeWriter input(String tensor) {
    message.text(Fields.NODE_INPUT, tensor);
    return this;
  }

  NodeWriter output(String tensor) {
    message.text(Fields.NODE_OUTPUT, tensor);
    name = name.isEmpty() ? tensor : name;
    return this;
  }

  NodeWriter integer(String attribute, long value) {
    return attribute(
        new MessageWriter()
            .text(Fields.ATTRIBUTE_NAME, attribute)
            .integer(Fields.ATTRIBUTE_INT, value)
            .integer(Fields.ATTRIBUTE_TYPE, Fields.ATTRIBUTE_IS_INT));
  }

  NodeWriter graph(String attribute, MessageWriter graph) {
    return attribute(
        new MessageWriter()
            .text(Fields.ATTRIBUTE_NAME, attribute)
            .message(Fields.ATTRIBUTE_GRAPH, graph)
            .integer(Fields.ATTRIBUTE_TYPE, Fields.ATTRIBUTE_IS_GRAPH));
  }

  private NodeWriter attribute(MessageWriter attribute) {
    message.message(Fields.NODE_ATTRIBUTE, attribute);
    return this;
  }

  MessageWriter done() {
    return message.text(Fields.NODE_NAME, name);
  }
}
