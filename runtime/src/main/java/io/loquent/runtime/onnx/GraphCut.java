package io.loquent.runtime.onnx;

import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** The part of a graph that some tensors are computed by; the rest can be left out. */
final class GraphCut {

  private final OnnxGraph graph;
  private final Set<OnnxNode> nodes = new HashSet<>();
  private final Set<String> tensors = new HashSet<>();

  /** A part without anything. */
  GraphCut(OnnxGraph graph) {
    this.graph = graph;
  }

  /** Takes tensors into the part, with all that they are computed from. */
  void need(Collection<String> wanted) {
    Deque<String> open = new ArrayDeque<>(wanted);
    while (!open.isEmpty()) {
      String tensor = open.pop();
      OnnxNode node = tensors.add(tensor) ? graph.producer(tensor) : null;
      if (node != null && nodes.add(node)) {
        open.addAll(node.inputs());
        open.addAll(node.captured(graph.bytes()));
      }
    }
  }

  /** Whether a tensor is read or wanted. */
  boolean needs(String tensor) {
    return tensors.contains(tensor);
  }

  /** Whether a tensor is computed all the same, because its node computes what is needed too. */
  boolean computes(String tensor) {
    OnnxNode node = graph.producer(tensor);
    return node != null && nodes.contains(node);
  }

  /** Leaves the other nodes and weights out. Inputs stay, but for those that stand for a weight. */
  void removeRest(Additions additions) {
    for (OnnxNode node : graph.nodes()) {
      if (!nodes.contains(node)) {
        additions.remove(node.region());
      }
    }
    for (Map.Entry<String, Region> weight : graph.initializers().entrySet()) {
      if (!tensors.contains(weight.getKey())) {
        additions.remove(weight.getValue());
        Region input = graph.inputs().get(weight.getKey());
        if (input != null) {
          additions.remove(input);
        }
      }
    }
  }
}
