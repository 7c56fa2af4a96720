package io.loquent.runtime.onnx;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Writes copies of decoders that offer logits after a lower layer too. */
public final class EarlyExitGraph {

  private static final String SUFFIX = "_early";

  private EarlyExitGraph() {}

  /**
   * Applies what follows the last layer, up to the logits, to the output of a lower one as well.
   *
   * @param last output of the last layer
   * @param lower output of the lower layer
   * @param layer its number, from 1
   */
  public static byte[] of(byte[] model, String last, String lower, int layer) {
    try (ModelBytes bytes = ModelBytes.of("in memory", model)) {
      OnnxGraph graph = new OnnxGraph(bytes, OnnxFile.graphOf(bytes), null);
      Set<String> behind = new HashSet<>(Set.of(last));
      MessageWriter nodes = new MessageWriter();
      for (OnnxNode node : graph.nodes()) {
        if (node.inputs().stream().anyMatch(behind::contains)) {
          behind.addAll(node.outputs());
          nodes.message(Fields.GRAPH_NODE, copy(bytes, node, behind, last, lower));
        }
      }
      String name = "early_exit_logits." + layer;
      nodes.message(
          Fields.GRAPH_NODE, new NewNode("Identity", List.of("logits" + SUFFIX), name).message());
      return withOutput(graph, nodes, name);
    }
  }

  /** Offers the logits of all layers under the name of an early exit, which saves nothing. */
  public static byte[] late(byte[] model, int layer) {
    try (ModelBytes bytes = ModelBytes.of("in memory", model)) {
      OnnxGraph graph = new OnnxGraph(bytes, OnnxFile.graphOf(bytes), null);
      String name = "early_exit_logits." + layer;
      MessageWriter nodes =
          new MessageWriter()
              .message(
                  Fields.GRAPH_NODE, new NewNode("Identity", List.of("logits"), name).message());
      return withOutput(graph, nodes, name);
    }
  }

  private static byte[] withOutput(OnnxGraph graph, MessageWriter nodes, String name) {
    byte[] info = ValueInfo.renamed(graph.bytes(), graph.outputInfo("logits"), name);
    Additions additions = new Additions();
    additions.append(graph.region(), nodes.bytes(Fields.GRAPH_OUTPUT, info));
    return additions.applyTo(graph.bytes());
  }

  private static MessageWriter copy(
      ModelBytes bytes, OnnxNode node, Set<String> behind, String last, String lower) {
    MessageWriter copy = new MessageWriter();
    MessageReader reader = new MessageReader(bytes, node.region());
    while (reader.next()) {
      switch (reader.field()) {
        case Fields.NODE_INPUT -> {
          String input = reader.text();
          String early = behind.contains(input) ? input + SUFFIX : input;
          copy.text(Fields.NODE_INPUT, input.equals(last) ? lower : early);
        }
        case Fields.NODE_OUTPUT, Fields.NODE_NAME ->
            copy.text(reader.field(), reader.text() + SUFFIX);
        default -> copy.bytes(reader.field(), bytes.content(reader.message()));
      }
    }
    return copy;
  }

  /** Names of a model's inputs and outputs. */
  public static List<List<String>> signature(byte[] model) {
    try (ModelBytes bytes = ModelBytes.of("in memory", model)) {
      OnnxGraph graph = new OnnxGraph(bytes, OnnxFile.graphOf(bytes), null);
      return List.of(List.copyOf(graph.inputs().keySet()), List.copyOf(graph.outputs()));
    }
  }
}
