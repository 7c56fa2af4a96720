package io.loquent.samples.benchmarks.models;

import java.util.Locale;

/** How the weights of projections are stored. Embeddings that are only looked up stay floats. */
public enum Precision {
  /** 32-bit floats. */
  FP32,
  /** 8-bit blocks of 32 with a scale each (MatMulNBits; Q8_0 in GGUF). */
  INT8,
  /**
   * 8-bit tensors; activations are quantized at run time (DynamicQuantizeLinear, MatMulInteger).
   */
  INT8_DYNAMIC,
  /** 4-bit blocks of 32 with a scale each (MatMulNBits; Q4_0 in GGUF). */
  INT4;

  /**
   * Returns the name in folders, options and tables.
   *
   * @return such as {@code int8-dynamic}
   */
  public String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /**
   * Returns the precision of a name.
   *
   * @param label such as {@code int8-dynamic}
   * @return the precision
   * @throws IllegalArgumentException if there is no such precision
   */
  public static Precision of(String label) {
    return valueOf(label.toUpperCase(Locale.ROOT).replace('-', '_'));
  }
}
