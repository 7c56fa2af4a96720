package io.loquent.runtime.onnx;

import java.util.HashSet;
import java.util.Set;

/**
 * Which tensors of a graph hold what the network computes from the tokens with its weights, in
 * contrast to shapes, masks, positions and constants.
 */
final class Weighted {

  private final Set<String> tensors = new HashSet<>();

  /**
   * Follows the tokens through a graph.
   *
   * @param tokens the input of token ids
   * @param given tensors that count as given, so that nothing is seen behind them
   */
  Weighted(OnnxGraph graph, String tokens, Set<String> given) {
    Set<String> fromTokens = new HashSet<>();
    Set<String> fromWeights = new HashSet<>();
    fromTokens.add(tokens);
    for (OnnxNode node : graph.nodes()) {
      if (node.operator().equals("Shape") || node.operator().equals("Size")) {
        continue;
      }
      boolean reads = node.inputs().stream().anyMatch(fromTokens::contains);
      boolean weights =
          node.inputs().stream()
              .anyMatch(input -> fromWeights.contains(input) || isMatrix(graph, input));
      for (String output : node.outputs()) {
        if (given.contains(output)) {
          continue;
        }
        if (reads) {
          fromTokens.add(output);
        }
        if (weights) {
          fromWeights.add(output);
        }
        if (reads && weights) {
          tensors.add(output);
        }
      }
    }
  }

  /** Whether a tensor is a weight of the graph's own with two axes or more. */
  static boolean isMatrix(OnnxGraph graph, String tensor) {
    Region initializer = graph.initializer(tensor);
    if (initializer == null) {
      return false;
    }
    int dimensions = 0;
    MessageReader reader = new MessageReader(graph.bytes(), initializer);
    while (reader.next()) {
      if (reader.field() == Fields.TENSOR_DIMS) {
        int[] count = new int[1];
        reader.eachInteger(value -> count[0]++);
        dimensions += count[0];
      }
    }
    return dimensions >= 2;
  }

  boolean contains(String tensor) {
    return tensors.contains(tensor);
  }
}
