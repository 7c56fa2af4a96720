package io.loquent.runtime.onnx;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Finds the self-attention of a decoder whose cache grows by a Concat: from each Softmax back to
 * the joined keys and forward to the product with the joined values. The walk only follows where
 * data may come from; whether the nodes on the way compute attention is for a proof to say.
 */
final class AttentionSearch {

  /** Other numbers for the same elements, or the same numbers under other axes. */
  private static final Set<String> PASSING =
      Set.of(
          "Transpose",
          "Reshape",
          "Expand",
          "Unsqueeze",
          "Squeeze",
          "Cast",
          "Identity",
          "Mul",
          "Div",
          "Add",
          "Sub",
          "Where",
          "Max",
          "Min",
          "Clip",
          "Tanh");

  /** Operators with two factors, each of which may be the one to follow. */
  private static final Set<String> PAIRS = Set.of("Mul", "Div", "Add", "Sub", "Max", "Min");

  private static final Set<String> LAYOUT =
      Set.of("Transpose", "Reshape", "Squeeze", "Unsqueeze", "Cast", "Identity");

  private static final int MAX_STEPS = 16;

  private final OnnxGraph graph;
  private final Weighted weighted;
  private final Map<String, List<OnnxNode>> consumers = new HashMap<>();

  /** To each joined tensor, the Concat that joins it. */
  private final Map<String, OnnxNode> caches = new LinkedHashMap<>();

  private String reason = "";

  AttentionSearch(OnnxGraph graph, String tokens) {
    this.graph = graph;
    weighted = new Weighted(graph, tokens, Set.of());
    for (OnnxNode node : graph.nodes()) {
      node.inputs()
          .forEach(input -> consumers.computeIfAbsent(input, i -> new ArrayList<>()).add(node));
      if (joinsCache(node)) {
        caches.put(node.outputs().get(0), node);
      }
    }
  }

  private boolean joinsCache(OnnxNode node) {
    return node.operator().equals("Concat")
        && node.inputs().size() == 2
        && node.input(0).startsWith("past")
        && graph.inputs().containsKey(node.input(0))
        && graph.outputs().contains(node.outputs().get(0));
  }

  /** Why {@link #find} found nothing. */
  String reason() {
    return reason;
  }

  /** All blocks, in the graph's order; empty unless every past belongs to one. */
  List<AttentionBlock> find() {
    List<AttentionBlock> blocks = new ArrayList<>();
    List<String> pasts = new ArrayList<>();
    graph.inputs().keySet().stream().filter(name -> name.startsWith("past")).forEach(pasts::add);
    if (pasts.isEmpty()) {
      reason = "the graph has no past";
      return List.of();
    }
    for (OnnxNode node : graph.nodes()) {
      AttentionBlock block = node.operator().equals("Softmax") ? block(node) : null;
      if (block != null) {
        blocks.add(block);
        pasts.remove(block.pastKey());
        pasts.remove(block.pastValue());
      }
    }
    if (!pasts.isEmpty()) {
      reason = "no attention in known nodes reads '" + pasts.get(0) + "'";
      return List.of();
    }
    return blocks;
  }

  private @Nullable AttentionBlock block(OnnxNode softmax) {
    OnnxNode product = productBehind(softmax.input(0), MAX_STEPS);
    OnnxNode mixing = product == null ? null : mixing(softmax);
    if (product == null || mixing == null) {
      return null;
    }
    OnnxNode keys = cacheBehind(product.input(1), MAX_STEPS);
    OnnxNode values = cacheBehind(mixing.input(1), MAX_STEPS);
    if (keys == null || values == null) {
      return null;
    }
    return new AttentionBlock(
        keys.input(0),
        values.input(0),
        keys.input(1),
        values.input(1),
        keys.outputs().get(0),
        values.outputs().get(0),
        queries(product.input(0)),
        product.outputs().get(0),
        softmax.input(0),
        results(mixing.outputs().get(0)));
  }

  /** The matrix product with keys that a tensor comes from; null if there is none. */
  private @Nullable OnnxNode productBehind(String tensor, int steps) {
    OnnxNode node = graph.producer(tensor);
    if (node == null || steps == 0) {
      return null;
    }
    if (node.operator().equals("MatMul")) {
      return cacheBehind(node.input(1), MAX_STEPS) == null ? null : node;
    }
    for (String input : dataInputs(node)) {
      OnnxNode found = productBehind(input, steps - 1);
      if (found != null) {
        return found;
      }
    }
    return null;
  }

  private @Nullable OnnxNode cacheBehind(String tensor, int steps) {
    OnnxNode cache = caches.get(tensor);
    OnnxNode node = graph.producer(tensor);
    if (cache != null || node == null || steps == 0) {
      return cache;
    }
    for (String input : dataInputs(node)) {
      OnnxNode found = cacheBehind(input, steps - 1);
      if (found != null) {
        return found;
      }
    }
    return null;
  }

  private static List<String> dataInputs(OnnxNode node) {
    String operator = node.operator();
    if (!PASSING.contains(operator)) {
      return List.of();
    }
    if (operator.equals("Where")) {
      return List.of(node.input(1), node.input(2));
    }
    return PAIRS.contains(operator) ? node.inputs() : List.of(node.input(0));
  }

  /** The product of the Softmax's shares with something. */
  private @Nullable OnnxNode mixing(OnnxNode softmax) {
    String tensor = softmax.outputs().get(0);
    for (int step = 0; step < MAX_STEPS; step++) {
      OnnxNode next = null;
      for (OnnxNode node : consumers.getOrDefault(tensor, List.of())) {
        if (node.operator().equals("MatMul") && node.input(0).equals(tensor)) {
          return node;
        }
        boolean guarded = node.operator().equals("Where") && node.input(2).equals(tensor);
        if (guarded || (LAYOUT.contains(node.operator()) && node.input(0).equals(tensor))) {
          next = node;
        }
      }
      if (next == null) {
        return null;
      }
      tensor = next.outputs().get(0);
    }
    return null;
  }

  private List<String> queries(String nearest) {
    List<String> found = new ArrayList<>();
    String tensor = nearest;
    for (int step = 0; step < MAX_STEPS; step++) {
      found.add(tensor);
      OnnxNode node = graph.producer(tensor);
      if (node == null) {
        break;
      }
      if (node.operator().equals("Mul") || node.operator().equals("Div")) {
        // A factor that no weight has a part in is the scale.
        if (weighted.contains(node.input(0)) == weighted.contains(node.input(1))) {
          break;
        }
        tensor = weighted.contains(node.input(0)) ? node.input(0) : node.input(1);
      } else if (LAYOUT.contains(node.operator()) && !node.operator().equals("Transpose")) {
        tensor = node.input(0);
      } else {
        break;
      }
    }
    return found;
  }

  private List<String> results(String nearest) {
    List<String> found = new ArrayList<>();
    String tensor = nearest;
    for (int step = 0; step < MAX_STEPS; step++) {
      found.add(tensor);
      String from = tensor;
      List<OnnxNode> next =
          consumers.getOrDefault(tensor, List.of()).stream()
              .filter(node -> LAYOUT.contains(node.operator()) && node.input(0).equals(from))
              .collect(Collectors.toList());
      if (next.size() != 1) {
        break;
      }
      tensor = next.get(0).outputs().get(0);
    }
    return found;
  }
}
