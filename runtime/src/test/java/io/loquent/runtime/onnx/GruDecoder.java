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
    graph.message(
        Fields.GRAPH_INPUT,
        TinyModel.info("input_ids", Fields.TYPE_INT64, TinyModel.FREE, TinyModel.FREE));
    graph.message(
        Fields.GRAPH_INPUT,
        TinyModel.info("past_h", Fields.TYPE_FLOAT, 1, TinyModel.FREE, VOCABULARY));
    graph.message(
        Fields.GRAPH_OUTPUT,
        TinyModel.info("logits", Fields.TYPE_FLOAT, TinyModel.FREE, TinyModel.FREE, VOCABULARY));
    graph.message(
        Fields.GRAPH_OUTPUT,
        TinyModel.info("present_h", Fields.TYPE_FLOAT, 1, TinyModel.FREE, VOCABULARY));
    return model.model();
  }

  private static MessageWriter weights(String name, Random random, long... shape) {
    MessageWriter tensor = new MessageWriter();
    long size = 1;
    for (long dimension : shape) {
      tensor.integer(Fields.TENSOR_DIMS, dimension);
      size *= dimension;
    }
    tensor.integer(Fields.TENSOR_DATA_TYPE, Fields.TYPE_FLOAT).text(Fields.TENSOR_NAME, name);
    for (int i = 0; i < size; i++) {
      tensor.real(TENSOR_FLOAT_DATA, (float) random.nextGaussian());
    }
    return tensor;
  }
}
