package io.loquent.runtime.model;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.TensorInfo;
import io.loquent.ModelLoadException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What a graph declares about one of its inputs or outputs. Immutable.
 *
 * @param name its name
 * @param type its element type
 * @param shape its dimensions; -1 where free
 * @param dimensionNames the names of free dimensions; empty strings elsewhere
 */
record TensorSpec(String name, OnnxJavaType type, List<Long> shape, List<String> dimensionNames) {

  static TensorSpec of(String file, NodeInfo node) {
    if (!(node.getInfo() instanceof TensorInfo info)) {
      throw new ModelLoadException(
          file + ": \"" + node.getName() + "\" is no tensor; maps and sequences are not supported");
    }
    List<Long> shape = new ArrayList<>();
    for (long dimension : info.getShape()) {
      shape.add(dimension);
    }
    List<String> names = new ArrayList<>();
    for (String name : info.getDimensionNames()) {
      names.add(name == null ? "" : name.toLowerCase(Locale.ROOT));
    }
    return new TensorSpec(node.getName(), info.type, List.copyOf(shape), List.copyOf(names));
  }

  int rank() {
    return shape.size();
  }

  boolean isFree(int axis) {
    return shape.get(axis) < 0;
  }

  /** The axis of the batch: the free dimension that is named so, else the first dimension. */
  int batchAxis() {
    for (int axis = 0; axis < rank(); axis++) {
      if (isFree(axis) && dimensionNames.get(axis).contains("batch")) {
        return axis;
      }
    }
    return 0;
  }

  /**
   * The axis that grows with the sequence: the free dimension beside the batch that is named after
   * a length, else the only one; -1 if there is none.
   */
  int lengthAxis() {
    int found = -1;
    for (int axis = 0; axis < rank(); axis++) {
      if (axis == batchAxis() || !isFree(axis)) {
        continue;
      }
      String name = dimensionNames.get(axis);
      if (name.contains("seq") || name.contains("length") || name.contains("past")) {
        return axis;
      }
      found = axis;
    }
    return found;
  }

  /** The shape for people: names where dimensions are free. */
  List<String> describeShape() {
    List<String> dimensions = new ArrayList<>();
    for (int axis = 0; axis < rank(); axis++) {
      String name = dimensionNames.get(axis);
      dimensions.add(!isFree(axis) ? String.valueOf(shape.get(axis)) : name.isEmpty() ? "?" : name);
    }
    return dimensions;
  }
}
