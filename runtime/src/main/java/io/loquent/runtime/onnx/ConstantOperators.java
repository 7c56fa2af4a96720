package io.loquent.runtime.onnx;

import java.util.Set;

/** Operators found between a stored weight and its use, in exported and quantized graphs. */
final class ConstantOperators {

  private ConstantOperators() {}

  static final Set<String> NAMES =
      Set.of(
          "Constant",
          "Identity",
          "Cast",
          "CastLike",
          "Transpose",
          "Reshape",
          "Squeeze",
          "Unsqueeze",
          "Concat",
          "Add",
          "Sub",
          "Mul",
          "Div",
          "Sqrt",
          "Pow",
          "Neg",
          "Reciprocal",
          "DequantizeLinear",
          "QuantizeLinear",
          "com.microsoft:DequantizeLinear",
          "com.microsoft:QuantizeLinear");
}
