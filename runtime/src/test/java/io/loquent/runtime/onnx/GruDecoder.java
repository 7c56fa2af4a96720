package io.loquent.runtime.onnx;

import java.util.List;
import java.util.Random;

/**
 * Writes a recurrent decoder that takes any number of tokens at once: a GRU whose outputs are the
 * logits, and whose state goes in as {@code past_h} and comes out as {@code present_h}.
 */
public final class GruDecoder {

  /** How many tokens there are. */
  public static final int VOCABULARY = 16;

  private static final int EMBEDDING = 8;
  private static final int FLOAT = 1;
  private static final int INT64 = 7;
  private static final int FREE = -1;
  private static final int TENSOR_FLOAT_DATA = 4;

  private GruDecoder() {}

  /** Returns the model file's bytes. */
  public static byte[] model() {
    Random random = new Random(6);
    TinyModel model =
        new TinyModel()
            .weight(weights("table", random, VOCABULARY, EMBEDDING))
            .weight(weights("w", random, 1, 3 * VOCABULARY, EMBEDDING))
            .weight(weights("r", random, 1, 3 * VOCABULARY, VOCABULARY))
            .node("Gather", List.of("table", "input_ids"), "embedded")
            .node(
                new NewNode("Transpose", List.of("embedded"), "by_time")
                    .withAll("perm", 1, 0, 2)
                    .message())
            .node(
                new NewNode("GRU", List.of("by_time", "w", "r", "", "", "past_h"), "y", "present_h")
                    .with("hidden_size", VOCABULARY)
                    .message())
            .node(ConstantTensor.node("axis", 1))
            .node("Squeeze", List.of("y", "axis"), "outputs")
            .node(
                new NewNode("Transpose", List.of("outputs"), "logits")
                    .withAll("perm", 1, 0, 2)
                    .message());
    MessageWriter graph = model.graph();
    graph.text(Fields.GRAPH_NAME, "gru");
    graph.message(Fields.GRAPH_INPUT, info("input_ids", INT64, FREE, FREE));
    graph.message(Fields.GRAPH_INPUT, info("past_h", FLOAT, 1, FREE, VOCABULARY));
    graph.message(Fields.GRAPH_OUTPUT, info("logits", FLOAT, FREE, FREE, VOCABULARY));
    graph.message(Fields.GRAPH_OUTPUT, info("present_h", FLOAT, 1, FREE, VOCABULARY));
    return model.model();
  }

  private static MessageWriter weights(String name, Random random, long... shape) {
    MessageWriter tensor = new MessageWriter();
    long size = 1;
    for (long dimension : shape) {
      tensor.integer(Fields.TENSOR_DIMS, dimension);
      size *= dimension;
    }
    tensor.integer(Fields.TENSOR_DATA_TYPE, FLOAT).text(Fields.TENSOR_NAME, name);
    for (int i = 0; i < size; i++) {
      tensor.real(TENSOR_FLOAT_DATA, (float) random.nextGaussian());
    }
    return tensor;
  }

  private static MessageWriter info(String name, int type, long... dimensions) {
    MessageWriter shape = new MessageWriter();
    boolean batch = true;
    for (long dimension : dimensions) {
      MessageWriter written = new MessageWriter();
      if (dimension == FREE) {
        written.text(Fields.DIMENSION_NAME, batch ? "batch" : "sequence");
        batch = false;
      } else {
        written.integer(Fields.DIMENSION_VALUE, dimension);
      }
      shape.message(Fields.SHAPE_DIMENSION, written);
    }
    MessageWriter tensor =
        new MessageWriter()
            .integer(Fields.TENSOR_TYPE_ELEMENT, type)
            .message(Fields.TENSOR_TYPE_SHAPE, shape);
    return new MessageWriter()
        .text(Fields.VALUE_INFO_NAME, name)
        .message(Fields.VALUE_INFO_TYPE, new MessageWriter().message(Fields.TYPE_TENSOR, tensor));
  }
}
