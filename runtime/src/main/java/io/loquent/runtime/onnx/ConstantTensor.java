package io.loquent.runtime.onnx;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads and writes small tensors inside a model. */
final class ConstantTensor {

  private static final int MAX_LENGTH = 8;

  private ConstantTensor() {}

  /** The integers of an int64 tensor; null if it has another type, is large or kept elsewhere. */
  static long @Nullable [] integers(ModelBytes bytes, Region tensor) {
    List<Long> values = new ArrayList<>();
    Region raw = null;
    long type = 0;
    MessageReader reader = new MessageReader(bytes, tensor);
    while (reader.next()) {
      switch (reader.field()) {
        case Fields.TENSOR_DATA_TYPE -> type = reader.integer();
        case Fields.TENSOR_INT64_DATA -> reader.eachInteger(values::add);
        case Fields.TENSOR_RAW_DATA -> raw = reader.message();
        case Fields.TENSOR_EXTERNAL_DATA -> {
          return null;
        }
        default -> {}
      }
    }
    if (type != Fields.TYPE_INT64) {
      return null;
    }
    if (raw != null && raw.length() <= (long) MAX_LENGTH * Long.BYTES) {
      for (long at = raw.start(); at + Long.BYTES <= raw.end(); at += Long.BYTES) {
        values.add(littleEndian(bytes, at));
      }
    }
    return values.isEmpty() || values.size() > MAX_LENGTH
        ? null
        : values.stream().mapToLong(Long::longValue).toArray();
  }

  private static long littleEndian(ModelBytes bytes, long position) {
    long value = 0;
    for (int i = Long.BYTES - 1; i >= 0; i--) {
      value = value << 8 | bytes.at(position + i);
    }
    return value;
  }

  /** A {@code Constant} node that gives an int64 vector. */
  static MessageWriter node(String output, long... values) {
    MessageWriter tensor =
        new MessageWriter()
            .integer(Fields.TENSOR_DIMS, values.length)
            .integer(Fields.TENSOR_DATA_TYPE, Fields.TYPE_INT64);
    for (long value : values) {
      tensor.integer(Fields.TENSOR_INT64_DATA, value);
    }
    return node(output, tensor);
  }

  /** A {@code Constant} node that gives a float vector. */
  static MessageWriter node(String output, List<Float> values) {
    MessageWriter tensor =
        new MessageWriter()
            .integer(Fields.TENSOR_DIMS, values.size())
            .integer(Fields.TENSOR_DATA_TYPE, Fields.TYPE_FLOAT);
    for (float value : values) {
      tensor.real(Fields.TENSOR_FLOAT_DATA, value);
    }
    return node(output, tensor);
  }

  private static MessageWriter node(String output, MessageWriter tensor) {
    MessageWriter attribute =
        new MessageWriter()
            .text(Fields.ATTRIBUTE_NAME, "value")
            .message(Fields.ATTRIBUTE_TENSOR, tensor)
            .integer(Fields.ATTRIBUTE_TYPE, Fields.ATTRIBUTE_IS_TENSOR);
    return new MessageWriter()
        .text(Fields.NODE_OUTPUT, output)
        .text(Fields.NODE_OP_TYPE, "Constant")
        .message(Fields.NODE_ATTRIBUTE, attribute);
  }
}
