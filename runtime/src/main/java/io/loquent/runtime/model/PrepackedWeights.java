package io.loquent.runtime.model;

import java.util.Set;

/**
 * Whether weights may be kept as the kernels arrange them. ONNX Runtime 1.29 keeps what a kernel
 * makes of one weight at a time; one that arranges several weights together (MatMulNBits: values,
 * scales, zero points) comes back incomplete, without an error and with wrong numbers. So only
 * operators that were found to give the same numbers count.
 */
final class PrepackedWeights {

  private static final String CONTRIBUTED = "com.microsoft:";

  private static final Set<String> EXACT =
      Set.of(
          "BiasGelu",
          "DynamicQuantizeMatMul",
          "FastGelu",
          "FusedMatMul",
          "Gelu",
          "GroupQueryAttention",
          "MatMulIntegerToFloat",
          "MultiHeadAttention",
          "QuickGelu",
          "RotaryEmbedding",
          "SkipLayerNormalization",
          "SkipSimplifiedLayerNormalization");

  private PrepackedWeights() {}

  /** Says whether a graph of these operators gives the same numbers from kept arrangements. */
  static boolean areExact(Set<String> operators) {
    return operators.stream()
        .allMatch(
            operator ->
                operator.startsWith(CONTRIBUTED)
                    ? EXACT.contains(operator.substring(CONTRIBUTED.length()))
                    : operator.indexOf(':') < 0);
  }
}
