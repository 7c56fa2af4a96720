package io.loquent.runtime.onnx;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;

/** Finds a head's weight in a model by its shape, independently of how the graph is wired. */
final class HeadWeight {

  private HeadWeight() {}

  static FloatBuffer find(byte[] model, long rows, long columns) {
    ModelBytes bytes = ModelBytes.of("test", model);
    List<FloatBuffer> found = new ArrayList<>();
    MessageReader graph = new MessageReader(bytes, OnnxFile.graphOf(bytes));
    while (graph.next()) {
      if (graph.field() == Fields.GRAPH_INITIALIZER) {
        List<Long> dims = new ArrayList<>();
        MessageReader tensor = graph.open();
        FloatBuffer values = FloatBuffer.allocate(0);
        while (tensor.next()) {
          if (tensor.field() == Fields.TENSOR_DIMS) {
            tensor.eachInteger(dims::add);
          } else if (tensor.field() == Fields.TENSOR_RAW_DATA) {
            Region raw = tensor.message();
            values =
                ByteBuffer.wrap(model, (int) raw.start(), (int) raw.length())
                    .slice()
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .asFloatBuffer();
          }
        }
        if (dims.equals(List.of(rows, columns))) {
          found.add(values);
        }
      }
    }
    if (found.size() != 1) {
      throw new AssertionError(found.size() + " weights of shape " + rows + "x" + columns);
    }
    return found.get(0);
  }
}
