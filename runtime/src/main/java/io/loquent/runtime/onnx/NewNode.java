package io.loquent.runtime.onnx;

import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/** Writes an operator that is added to a graph. */
final class NewNode {

  private static final String MICROSOFT = "com.microsoft";

  private final MessageWriter message = new MessageWriter();

  NewNode(String operator, List<String> inputs, String... outputs) {
    inputs.forEach(input -> message.text(Fields.NODE_INPUT, input));
    for (String output : outputs) {
      message.text(Fields.NODE_OUTPUT, output);
    }
    message.text(Fields.NODE_NAME, outputs[0]).text(Fields.NODE_OP_TYPE, operator);
  }

  /** Says that the operator is one of ONNX Runtime's own. */
  NewNode microsoft() {
    message.text(Fields.NODE_DOMAIN, MICROSOFT);
    return this;
  }

  NewNode with(String name, long value) {
    return attribute(name, Fields.ATTRIBUTE_IS_INT, w -> w.integer(Fields.ATTRIBUTE_INT, value));
  }

  NewNode with(String name, float value) {
    return attribute(name, Fields.ATTRIBUTE_IS_FLOAT, w -> w.real(Fields.ATTRIBUTE_FLOAT, value));
  }

  NewNode withAll(String name, long... values) {
    return attribute(
        name,
        Fields.ATTRIBUTE_IS_INTS,
        w -> {
          for (long value : values) {
            w.integer(Fields.ATTRIBUTE_INTS, value);
          }
        });
  }

  NewNode with(String name, MessageWriter graph) {
    return attribute(
        name, Fields.ATTRIBUTE_IS_GRAPH, w -> w.message(Fields.ATTRIBUTE_GRAPH, graph));
  }

  /** The attributes of another node, but for some. */
  NewNode withAll(ModelBytes bytes, OnnxNode other, Set<String> except) {
    for (String name : other.attributes(bytes)) {
      Region attribute = other.attribute(bytes, name);
      if (attribute != null && !except.contains(name)) {
        message.bytes(Fields.NODE_ATTRIBUTE, bytes.content(attribute));
      }
    }
    return this;
  }

  private NewNode attribute(String name, int type, Consumer<MessageWriter> value) {
    MessageWriter attribute = new MessageWriter().text(Fields.ATTRIBUTE_NAME, name);
    value.accept(attribute);
    message.message(Fields.NODE_ATTRIBUTE, attribute.integer(Fields.ATTRIBUTE_TYPE, type));
    return this;
  }

  MessageWriter message() {
    return message;
  }

  /** An operator set of ONNX Runtime's own operators. */
  static MessageWriter microsoftOpset() {
    return new MessageWriter()
        .text(Fields.OPSET_DOMAIN, MICROSOFT)
        .integer(Fields.OPSET_VERSION, 1);
  }
}
