package io.loquent.runtime.onnx;

import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The part of a graph that some tensors are computed by, from tensors that are given. Where it only
 * asks a hidden state for its first two dimensions, batch and length, that state is given too, so
 * that the network around it stays outside.
 */
final class Cone {

  /** What passes integers on; elsewhere they turn into shapes, ranges or bounds. */
  private static final Set<String> INTEGER_OPERATORS =
      Set.of(
          "Gather",
          "Unsqueeze",
          "Squeeze",
          "Concat",
          "Add",
          "Sub",
          "Mul",
          "Div",
          "Cast",
          "Slice",
          "Identity",
          "Equal",
          "Where",
          "Min",
          "Max",
          "Reshape");

  private final OnnxGraph graph;
  private final Set<String> given;
  private final Weighted weighted;
  private final Set<OnnxNode> nodes = new LinkedHashSet<>();
  private final Set<String> initializers = new LinkedHashSet<>();
  private final Set<String> inputs = new LinkedHashSet<>();
  private final Set<String> shapesOnly = new LinkedHashSet<>();
  private @Nullable String reason;

  Cone(OnnxGraph graph, String tokens, Set<String> given, Collection<String> wanted) {
    this.graph = graph;
    this.given = given;
    weighted = new Weighted(graph, tokens, given);
    Deque<String> open = new ArrayDeque<>(wanted);
    Set<String> seen = new HashSet<>(wanted);
    while (!open.isEmpty() && reason == null) {
      for (String before : visit(open.pop())) {
        if (seen.add(before)) {
          open.push(before);
        }
      }
    }
    if (reason == null) {
      checkShapes();
    }
  }

  private List<String> visit(String tensor) {
    if (tensor.isEmpty()) {
      return List.of();
    }
    if (given.contains(tensor) || graph.inputs().containsKey(tensor)) {
      inputs.add(tensor);
      return List.of();
    }
    if (graph.initializer(tensor) != null) {
      initializers.add(tensor);
      return List.of();
    }
    OnnxNode node = graph.producer(tensor);
    if (node == null) {
      reason = "'" + tensor + "' is computed by no node of the graph";
      return List.of();
    }
    if (weighted.contains(tensor)) {
      reason = "'" + tensor + "' takes part in it, which the network computes";
      return List.of();
    }
    if (!node.captured(graph.bytes()).isEmpty()) {
      reason = "found the operator " + node.operator() + " in it";
      return List.of();
    }
    nodes.add(node);
    if (node.operator().equals("Shape") && weighted.contains(node.input(0))) {
      shapesOnly.add(node.input(0));
      inputs.add(node.input(0));
      return List.of();
    }
    return node.inputs();
  }

  /**
   * A hidden state is given with the right batch and length and any further axes. A number that was
   * made of another dimension would go unnoticed, for example in a scale.
   */
  private void checkShapes() {
    Map<String, Boolean> sizes = new HashMap<>();
    for (OnnxNode node : graph.nodes()) {
      if (!nodes.contains(node) || reason != null) {
        continue;
      }
      if (node.operator().equals("Shape")) {
        if (shapesOnly.contains(node.input(0))) {
          sizes.put(node.outputs().get(0), endsWithinTwo(node));
        }
        continue;
      }
      String whole = node.input(0);
      if (Boolean.FALSE.equals(sizes.get(whole))) {
        if (!node.operator().equals("Gather") || !isFirstOrSecond(node.input(1))) {
          reason = "it reads the dimensions of '" + whole + "' in an unknown way";
        }
        node.outputs().forEach(output -> sizes.put(output, true));
      } else if (node.inputs().stream().anyMatch(sizes::containsKey)
          && INTEGER_OPERATORS.contains(node.operator())) {
        if (node.operator().equals("Cast")
            && !isInteger(node.integerAttribute(graph.bytes(), "to", 0))) {
          reason = "it computes with the dimension '" + whole + "'";
        }
        node.outputs().forEach(output -> sizes.put(output, true));
      }
    }
  }

  /** Whether a Shape node gives nothing but the first two dimensions. */
  private boolean endsWithinTwo(OnnxNode shape) {
    long end = shape.integerAttribute(graph.bytes(), "end", Long.MAX_VALUE);
    return end > 0 && end <= 2;
  }

  private boolean isFirstOrSecond(String index) {
    long[] integers = graph.constantIntegers(index);
    if (integers == null) {
      return false;
    }
    for (long integer : integers) {
      if (integer != 0 && integer != 1) {
        return false;
      }
    }
    return true;
  }

  private static boolean isInteger(long type) {
    return type == Fields.TYPE_INT32 || type == Fields.TYPE_INT64;
  }

  /** Why the part cannot be taken out of the graph; null if it can. */
  @Nullable String reason() {
    return reason;
  }

  /** The nodes, in no particular order. */
  Set<OnnxNode> nodes() {
    return nodes;
  }

  /** The weights that it reads. */
  Set<String> initializers() {
    return initializers;
  }

  /** What must be fed: given tensors and inputs of the graph. */
  Set<String> inputs() {
    return inputs;
  }

  /** Those among the inputs of which only batch and length matter. */
  Set<String> shapesOnly() {
    return shapesOnly;
  }
}
