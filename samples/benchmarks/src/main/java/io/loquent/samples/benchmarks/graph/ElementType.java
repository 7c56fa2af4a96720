package io.loquent.samples.benchmarks.graph;

/** The types of tensor elements that benchmark models use, with their numbers in ONNX. */
public enum ElementType {
  /** 32-bit float. */
  FLOAT(1, 4),
  /** Unsigned byte. */
  UINT8(2, 1),
  /** Signed byte. */
  INT8(3, 1),
  /** 32-bit integer. */
  INT32(6, 4),
  /** 64-bit integer. */
  INT64(7, 8),
  /** Boolean, one byte. */
  BOOL(9, 1);

  final int number;
  final int bytes;

  ElementType(int number, int bytes) {
    this.number = number;
    this.bytes = bytes;
  }

  /**
   * Returns the type's number in ONNX, as operators such as {@code Cast} want it.
   *
   * @return {@code TensorProto.DataType}
   */
  public int number() {
    return number;
  }
}
