package io.loquent.runtime.onnx;

import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Walks from the logits back to the language-model head, over whatever an exporter puts behind it:
 * biases, scales, soft caps, casts, dequantizing, the cut to the vocabulary's true size.
 */
final class HeadSearch {

  /** Element by element and without a second operand, or with constant ones behind the first. */
  private static final Set<String> ELEMENTWISE =
      Set.of(
          "Cast",
          "Identity",
          "Tanh",
          "LogSoftmax",
          "Softmax",
          "QuantizeLinear",
          "DequantizeLinear",
          "com.microsoft:QuantizeLinear",
          "com.microsoft:DequantizeLinear");

  private static final Set<String> ARITHMETIC = Set.of("Add", "Sub", "Mul", "Div");

  /** The same numbers in the same order under other axes. */
  private static final Set<String> RESHAPING = Set.of("Reshape", "Squeeze", "Unsqueeze", "Flatten");

  /** The head itself, reading a float activation first and a weight second. */
  private static final Set<String> FLOAT_PRODUCTS =
      Set.of(
          "MatMul",
          "Gemm",
          "com.microsoft:FusedMatMul",
          "com.microsoft:TransposeMatMul",
          "com.microsoft:FusedGemm",
          "com.microsoft:MatMulNBits",
          "com.microsoft:MatMulFpQ4",
          "com.microsoft:MatMulBnb4",
          "com.microsoft:DynamicQuantizeMatMul");

  /** The head itself, reading a quantized activation; to each the input that is the weight. */
  private static final Map<String, Integer> INTEGER_PRODUCTS =
      Map.of(
          "MatMulInteger", 1,
          "com.microsoft:MatMulIntegerToFloat", 1,
          "QLinearMatMul", 3,
          "com.microsoft:QGemm", 3);

  private static final Set<String> QUANTIZERS =
      Set.of("QuantizeLinear", "com.microsoft:QuantizeLinear", "DynamicQuantizeLinear");

  private static final Set<String> DEQUANTIZERS =
      Set.of("DequantizeLinear", "com.microsoft:DequantizeLinear");

  private static final int MAX_STEPS = 64;

  private final OnnxGraph graph;
  private final String logits;

  HeadSearch(OnnxGraph graph, String logits) {
    this.graph = graph;
    this.logits = logits;
  }

  /** What computes the logits in this graph. */
  sealed interface Found {}

  /**
   * The head itself.
   *
   * @param node the matrix product
   * @param activation the float tensor it reads, before any quantizing
   * @param reshaped whether the logits have other axes than what the head computes
   */
  record Head(OnnxNode node, String activation, boolean reshaped) implements Found {

    /** Whether the product reads the activation itself, and not a quantized form of it. */
    boolean isDirect() {
      return node.input(0).equals(activation);
    }
  }

  /** An {@code If} whose branches compute the logits, as their output of this number. */
  record Branches(OnnxNode node, int output) implements Found {}

  /** Something else. */
  record Unknown(String reason) implements Found {}

  Found find() {
    String tensor = logits;
    boolean reshaped = false;
    for (int step = 0; step < MAX_STEPS; step++) {
      OnnxNode node = graph.producer(tensor);
      if (node == null) {
        return unknown("'" + tensor + "' is not computed by a node of the same graph");
      }
      String operator = node.operator();
      if (FLOAT_PRODUCTS.contains(operator) || INTEGER_PRODUCTS.containsKey(operator)) {
        return head(node, reshaped);
      }
      if (operator.equals("If")) {
        return reshaped
            ? unknown("the output of an If is reshaped")
            : new Branches(node, node.outputs().indexOf(tensor));
      }
      String before = before(node);
      if (before == null) {
        return unknown("found the operator " + operator + " that computes '" + tensor + "'");
      }
      reshaped |= RESHAPING.contains(operator);
      tensor = before;
    }
    return unknown("no matrix product within " + MAX_STEPS + " operators");
  }

  /** The tensor to go on with; null where the walk would lose the head or its positions. */
  private @Nullable String before(OnnxNode node) {
    String operator = node.operator();
    if (ELEMENTWISE.contains(operator) || RESHAPING.contains(operator)) {
      return node.input(0);
    }
    if (ARITHMETIC.contains(operator)) {
      boolean first = graph.isConstant(node.input(0));
      boolean second = graph.isConstant(node.input(1));
      if (first == second) {
        return null;
      }
      return first ? node.input(1) : node.input(0);
    }
    return operator.equals("Slice") && cutsOnlyTheVocabulary(node) ? node.input(0) : null;
  }

  /** A cut of any other axis would leave fewer positions in the logits than in the activation. */
  private boolean cutsOnlyTheVocabulary(OnnxNode slice) {
    long[] axes = graph.constantIntegers(slice.input(3));
    return axes != null && Arrays.stream(axes).allMatch(axis -> axis == -1 || axis == 2);
  }

  private Found head(OnnxNode node, boolean reshaped) {
    Integer integerWeight = INTEGER_PRODUCTS.get(node.operator());
    int weight = integerWeight == null ? 1 : integerWeight;
    if (graph.isConstant(node.input(0)) || !graph.isConstant(node.input(weight))) {
      return unknown("found a " + node.operator() + " that does not take activation by weight");
    }
    if (node.integerAttribute(graph.bytes(), "transA", 0) != 0) {
      return unknown("found a " + node.operator() + " that reads a transposed activation");
    }
    String quantized = node.input(0);
    String activation = beforeQuantizing(quantized);
    if (activation == null && integerWeight != null) {
      return unknown("found no float tensor from which '" + quantized + "' was quantized");
    }
    return new Head(node, activation == null ? quantized : activation, reshaped);
  }

  /** The float tensor that a quantized or requantized one came from; null if it is neither. */
  private @Nullable String beforeQuantizing(String tensor) {
    OnnxNode producer = graph.producer(tensor);
    if (producer != null && DEQUANTIZERS.contains(producer.operator())) {
      producer = graph.producer(producer.input(0));
    }
    return producer != null && QUANTIZERS.contains(producer.operator()) ? producer.input(0) : null;
  }

  private Unknown unknown(String what) {
    return new Unknown("behind '" + logits + "', " + what);
  }
}
