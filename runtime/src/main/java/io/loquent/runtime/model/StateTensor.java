package io.loquent.runtime.model;

import ai.onnxruntime.OnnxJavaType;
import io.loquent.ModelLoadException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A state that a decoder graph carries from step to step, as its metadata declares it. Immutable.
 *
 * @param input the input that takes it
 * @param output the output that gives its next value; for cross-attention caches the output of the
 *     first run that gives it for good
 * @param kind how it changes
 * @param type element type
 * @param shape dimensions; the batch and the length are 0
 * @param batchAxis the axis of the rows
 * @param lengthAxis the axis that grows with the sequence; -1 if none does
 */
record StateTensor(
    String input,
    String output,
    Kind kind,
    OnnxJavaType type,
    List<Long> shape,
    int batchAxis,
    int lengthAxis) {

  /** How a state changes. */
  enum Kind {
    /** One position longer with each token: keys and values of self-attention. */
    GROWING,
    /** Replaced at each step: recurrent and convolution states. */
    FIXED,
    /** Made by the first run and kept: keys and values of cross-attention. */
    CROSS
  }

  static StateTensor of(
      String file, TensorSpec spec, TensorSpec output, Kind kind, FolderConfig config) {
    int batchAxis = spec.batchAxis();
    int lengthAxis = kind == Kind.FIXED ? -1 : spec.lengthAxis();
    Long[] shape = new Long[spec.rank()];
    for (int axis = 0; axis < shape.length; axis++) {
      if (axis == batchAxis || axis == lengthAxis) {
        shape[axis] = 0L;
      } else {
        shape[axis] = size(file, spec, output, axis, config);
      }
    }
    return new StateTensor(
        spec.name(), output.name(), kind, spec.type(), List.of(shape), batchAxis, lengthAxis);
  }

  private static Long size(
      String file, TensorSpec spec, TensorSpec output, int axis, FolderConfig config) {
    if (!spec.isFree(axis)) {
      return spec.shape().get(axis);
    }
    if (output.rank() == spec.rank() && !output.isFree(axis)) {
      return output.shape().get(axis);
    }
    Long known = fromConfig(spec.dimensionNames().get(axis), config);
    if (known != null) {
      return known;
    }
    throw new ModelLoadException(
        file
            + ": the state \""
            + spec.name()
            + "\" has shape "
            + spec.describeShape()
            + ", and the size of dimension "
            + axis
            + " is declared neither by the graph nor by config.json");
  }

  private static @Nullable Long fromConfig(String dimension, FolderConfig config) {
    if (dimension.contains("head")) {
      int heads = config.integer("num_key_value_heads", "num_attention_heads", "n_head").orElse(0);
      return heads > 0 ? Long.valueOf(heads) : null;
    }
    return null;
  }

  /** The full shape for a number of rows and a length. */
  long[] shape(long rows, long length) {
    long[] full = shape.stream().mapToLong(Long::longValue).toArray();
    full[batchAxis] = rows;
    if (lengthAxis >= 0) {
      full[lengthAxis] = length;
    }
    return full;
  }
}
