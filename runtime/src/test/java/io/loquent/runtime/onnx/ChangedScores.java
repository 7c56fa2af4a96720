package io.loquent.runtime.onnx;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.List;

/** Copies of a decoder that do something else to the scores before each Softmax. */
public enum ChangedScores {
  /** The same attention with another scale. */
  DOUBLED {
    @Override
    void write(MessageWriter nodes, String scores, String changed) {
      add(nodes, new NewNode("Add", List.of(scores, scores), changed));
    }
  },
  /** Scores never leave (-1, 1), a cap as in Gemma 2. */
  CAPPED {
    @Override
    void write(MessageWriter nodes, String scores, String changed) {
      add(nodes, new NewNode("Tanh", List.of(scores), changed));
    }
  },
  /** The farther to the right, the higher the score, as with ALiBi. */
  SLOPED {
    @Override
    void write(MessageWriter nodes, String scores, String changed) {
      columns(nodes, scores, changed);
      String slope = changed + "_slope";
      add(nodes, new NewNode("Cast", List.of(changed + "_columns"), slope).with("to", 1));
      add(nodes, new NewNode("Add", List.of(scores, slope), changed));
    }
  },
  /** Nothing is seen that is more than 100 positions away from the last. */
  WINDOWED {
    @Override
    void write(MessageWriter nodes, String scores, String changed) {
      columns(nodes, scores, changed);
      String start = changed + "_start";
      String outside = changed + "_outside";
      String number = changed + "_outside_number";
      String far = changed + "_far";
      nodes.message(Fields.GRAPH_NODE, ConstantTensor.node(changed + "_window", 100));
      add(nodes, new NewNode("Sub", List.of(changed + "_width", changed + "_window"), start));
      add(nodes, new NewNode("Less", List.of(changed + "_columns", start), outside));
      add(nodes, new NewNode("Cast", List.of(outside), number).with("to", 1));
      nodes.message(Fields.GRAPH_NODE, ConstantTensor.node(changed + "_minus", -1_000_000_000));
      add(nodes, new NewNode("Cast", List.of(changed + "_minus"), far).with("to", 1));
      add(nodes, new NewNode("Mul", List.of(number, far), changed + "_bias"));
      add(nodes, new NewNode("Add", List.of(scores, changed + "_bias"), changed));
    }
  };

  abstract void write(MessageWriter nodes, String scores, String changed);

  private static void add(MessageWriter nodes, NewNode node) {
    nodes.message(Fields.GRAPH_NODE, node.message());
  }

  /** The number of each column, and how many there are. */
  private static void columns(MessageWriter nodes, String scores, String changed) {
    String shape = changed + "_shape";
    String width = changed + "_width";
    nodes.message(Fields.GRAPH_NODE, ConstantTensor.node(changed + "_three", 3));
    nodes.message(Fields.GRAPH_NODE, ConstantTensor.node(changed + "_zero", 0));
    nodes.message(Fields.GRAPH_NODE, ConstantTensor.node(changed + "_one", 1));
    add(nodes, new NewNode("Shape", List.of(scores), shape));
    add(nodes, new NewNode("Gather", List.of(shape, changed + "_three"), width));
    String end = changed + "_end";
    String from = changed + "_from";
    String step = changed + "_step";
    add(nodes, new NewNode("Squeeze", List.of(width), end));
    add(nodes, new NewNode("Squeeze", List.of(changed + "_zero"), from));
    add(nodes, new NewNode("Squeeze", List.of(changed + "_one"), step));
    add(nodes, new NewNode("Range", List.of(from, end, step), changed + "_columns"));
  }

  /** Writes the copy. */
  public byte[] of(byte[] model) {
    try (ModelBytes bytes = ModelBytes.of("in memory", model)) {
      OnnxGraph graph = new OnnxGraph(bytes, OnnxFile.graphOf(bytes), null);
      Additions additions = new Additions();
      for (OnnxNode node : graph.nodes()) {
        if (node.operator().equals("Softmax")) {
          String changed = node.outputs().get(0) + "_changed";
          MessageWriter nodes = new MessageWriter();
          write(nodes, node.input(0), changed);
          additions.insertBefore(node.region(), nodes);
          additions.replace(node.inputRegion(bytes, 0), changed.getBytes(UTF_8));
        }
      }
      return additions.applyTo(bytes);
    }
  }
}
