package io.loquent.runtime.onnx;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One operator of a graph.
 *
 * @param region where it lies
 * @param operator its type, as {@link OnnxSummary#operators()} names it
 * @param inputs names of the tensors it reads; empty for an optional one left out
 * @param outputs names of the tensors it computes, likewise
 */
record OnnxNode(Region region, String operator, List<String> inputs, List<String> outputs) {

  static OnnxNode read(ModelBytes bytes, Region region) {
    List<String> inputs = new ArrayList<>();
    List<String> outputs = new ArrayList<>();
    String type = "";
    String domain = "";
    MessageReader reader = new MessageReader(bytes, region);
    while (reader.next()) {
      switch (reader.field()) {
        case Fields.NODE_INPUT -> inputs.add(reader.text());
        case Fields.NODE_OUTPUT -> outputs.add(reader.text());
        case Fields.NODE_OP_TYPE -> type = reader.text();
        case Fields.NODE_DOMAIN -> domain = reader.text();
        default -> {}
      }
    }
    return new OnnxNode(region, qualified(domain, type), inputs, outputs);
  }

  /** The operator's name, with its domain unless that is the standard one. */
  static String qualified(String domain, String type) {
    return domain.isEmpty() || domain.equals("ai.onnx") ? type : domain + ":" + type;
  }

  /**
   * Names that the node may read beside its inputs: those that graphs inside it mention, as in the
   * branches of an {@code If}.
   */
  List<String> captured(ModelBytes bytes) {
    List<String> names = new ArrayList<>();
    MessageReader reader = new MessageReader(bytes, region);
    while (reader.next()) {
      if (reader.field() == Fields.NODE_ATTRIBUTE) {
        captureFrom(bytes, reader.open(), names);
      }
    }
    return names;
  }

  private static void captureFrom(ModelBytes bytes, MessageReader attribute, List<String> names) {
    while (attribute.next()) {
      if (attribute.field() == Fields.ATTRIBUTE_GRAPH
          || attribute.field() == Fields.ATTRIBUTE_GRAPHS) {
        OnnxGraph inner = new OnnxGraph(bytes, attribute.message(), null);
        names.addAll(inner.outputs());
        for (OnnxNode node : inner.nodes()) {
          names.addAll(node.inputs());
          names.addAll(node.captured(bytes));
        }
      }
    }
  }

  /** The name of an input; empty if the node has no such input. */
  String input(int index) {
    return index < inputs.size() ? inputs.get(index) : "";
  }

  /** Where the name of an input stands; null if the node has no such input. */
  @Nullable Region inputRegion(ModelBytes bytes, int index) {
    MessageReader reader = new MessageReader(bytes, region);
    int count = 0;
    while (reader.next()) {
      if (reader.field() == Fields.NODE_INPUT && count++ == index) {
        return reader.message();
      }
    }
    return null;
  }

  /** The names of the node's attributes. */
  List<String> attributes(ModelBytes bytes) {
    List<String> names = new ArrayList<>();
    MessageReader reader = new MessageReader(bytes, region);
    while (reader.next()) {
      if (reader.field() == Fields.NODE_ATTRIBUTE) {
        names.add(nameOf(bytes, reader.message()));
      }
    }
    return names;
  }

  /** An attribute's message; null if the node has no such attribute. */
  @Nullable Region attribute(ModelBytes bytes, String name) {
    MessageReader reader = new MessageReader(bytes, region);
    while (reader.next()) {
      if (reader.field() == Fields.NODE_ATTRIBUTE) {
        Region attribute = reader.message();
        if (name.equals(nameOf(bytes, attribute))) {
          return attribute;
        }
      }
    }
    return null;
  }

  private static String nameOf(ModelBytes bytes, Region attribute) {
    MessageReader reader = new MessageReader(bytes, attribute);
    while (reader.next()) {
      if (reader.field() == Fields.ATTRIBUTE_NAME) {
        return reader.text();
      }
    }
    return "";
  }

  /** The message that an attribute holds in a field; null if there is none. */
  @Nullable Region attributeMessage(ModelBytes bytes, String name, int field) {
    Region attribute = attribute(bytes, name);
    if (attribute == null) {
      return null;
    }
    MessageReader reader = new MessageReader(bytes, attribute);
    while (reader.next()) {
      if (reader.field() == field) {
        return reader.message();
      }
    }
    return null;
  }

  /** An integer attribute, or what it is when it is not there. */
  long integerAttribute(ModelBytes bytes, String name, long absent) {
    Region attribute = attribute(bytes, name);
    if (attribute == null) {
      return absent;
    }
    MessageReader reader = new MessageReader(bytes, attribute);
    long found = absent;
    while (reader.next()) {
      if (reader.field() == Fields.ATTRIBUTE_INT) {
        found = reader.integer();
      }
    }
    return found;
  }

  /** A 32-bit float attribute, or what it is when it is not there. */
  float realAttribute(ModelBytes bytes, String name, float absent) {
    Region attribute = attribute(bytes, name);
    if (attribute == null) {
      return absent;
    }
    MessageReader reader = new MessageReader(bytes, attribute);
    float found = absent;
    while (reader.next()) {
      if (reader.field() == Fields.ATTRIBUTE_FLOAT) {
        found = reader.real();
      }
    }
    return found;
  }
}
