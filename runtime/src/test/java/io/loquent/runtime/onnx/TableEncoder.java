package io.loquent.runtime.onnx;

import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Writes encoders that look up each token in a table, whatever stands beside it. The rows of some
 * tokens hold one number only, such as NaN.
 */
public final class TableEncoder {

  private static final int VOCABULARY = 300;
  private static final int TENSOR_FLOAT_DATA = 4;

  private TableEncoder() {}

  /** A model whose output has what the table says of each token. */
  public static byte[] ofTokens(String output, int size, Map<Integer, Float> filled) {
    TinyModel model =
        new TinyModel()
            .weight(table(size, filled))
            .node("Gather", List.of("table", "input_ids"), output);
    return bytes(
        model, TinyModel.info(output, Fields.TYPE_FLOAT, TinyModel.FREE, TinyModel.FREE, size));
  }

  /** A model whose logits are what the table says of one token of the row. */
  public static byte[] ofTexts(int position, int size, Map<Integer, Float> filled) {
    TinyModel model =
        new TinyModel()
            .weight(table(size, filled))
            .node("Gather", List.of("table", "input_ids"), "tokens")
            .node(ConstantTensor.node("position", position))
            .node(ConstantTensor.node("axis", 1))
            .node(
                new NewNode("Gather", List.of("tokens", "position"), "one")
                    .with("axis", 1)
                    .message())
            .node("Squeeze", List.of("one", "axis"), "logits");
    return bytes(model, TinyModel.info("logits", Fields.TYPE_FLOAT, TinyModel.FREE, size));
  }

  private static byte[] bytes(TinyModel model, MessageWriter output) {
    MessageWriter graph = model.graph();
    graph.text(Fields.GRAPH_NAME, "table");
    for (String name : List.of("input_ids", "attention_mask")) {
      graph.message(
          Fields.GRAPH_INPUT,
          TinyModel.info(name, Fields.TYPE_INT64, TinyModel.FREE, TinyModel.FREE));
    }
    graph.message(Fields.GRAPH_OUTPUT, output);
    return model.model();
  }

  private static MessageWriter table(int size, Map<Integer, Float> filled) {
    Random random = new Random(6);
    MessageWriter tensor =
        new MessageWriter()
            .integer(Fields.TENSOR_DIMS, VOCABULARY)
            .integer(Fields.TENSOR_DIMS, size)
            .integer(Fields.TENSOR_DATA_TYPE, Fields.TYPE_FLOAT)
            .text(Fields.TENSOR_NAME, "table");
    for (int token = 0; token < VOCABULARY; token++) {
      for (int i = 0; i < size; i++) {
        float number = (float) random.nextGaussian();
        tensor.real(TENSOR_FLOAT_DATA, filled.getOrDefault(token, number));
      }
    }
    return tensor;
  }
}
