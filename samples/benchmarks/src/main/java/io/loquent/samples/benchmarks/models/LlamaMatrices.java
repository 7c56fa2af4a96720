package io.loquent.samples.benchmarks.models;

import io.loquent.samples.benchmarks.models.Projections.Matrix;
import java.util.ArrayList;
import java.util.List;

/** The matrix products of a Llama shape. */
final class LlamaMatrices {

  private final LlamaShape shape;
  private final LlamaWeights weights;

  LlamaMatrices(LlamaShape shape, LlamaWeights weights) {
    this.shape = shape;
    this.weights = weights;
  }

  Matrix query(int layer) {
    return attention(layer, "q_proj", shape.queryWidth(), () -> weights.query(layer));
  }

  Matrix key(int layer) {
    return attention(layer, "k_proj", shape.keyWidth(), () -> weights.key(layer));
  }

  Matrix value(int layer) {
    return attention(layer, "v_proj", shape.keyWidth(), () -> weights.value(layer));
  }

  Matrix queryKeyValue(int layer) {
    int width = shape.queryWidth() + 2 * shape.keyWidth();
    return attention(layer, "qkv_proj", width, () -> weights.queryKeyValue(layer));
  }

  private Matrix attention(
      int layer, String part, int outputs, java.util.function.Supplier<float[]> rows) {
    return new Matrix(
        "model.layers." + layer + ".self_attn." + part + ".MatMul.weight",
        shape.hidden(),
        outputs,
        rows);
  }

  Matrix output(int layer) {
    return new Matrix(
        "model.layers." + layer + ".self_attn.o_proj.MatMul.weight",
        shape.queryWidth(),
        shape.hidden(),
        () -> weights.output(layer));
  }

  Matrix gate(int layer) {
    return new Matrix(
        "model.layers." + layer + ".mlp.gate_proj.MatMul.weight",
        shape.hidden(),
        shape.inner(),
        () -> weights.gate(layer));
  }

  Matrix up(int layer) {
    return new Matrix(
        "model.layers." + layer + ".mlp.up_proj.MatMul.weight",
        shape.hidden(),
        shape.inner(),
        () -> weights.up(layer));
  }

  Matrix down(int layer) {
    return new Matrix(
        "model.layers." + layer + ".mlp.down_proj.MatMul.weight",
        shape.inner(),
        shape.hidden(),
        () -> weights.down(layer));
  }

  Matrix head() {
    return new Matrix(
        "lm_head.MatMul.weight", shape.hidden(), shape.vocabulary(), weights::embedding);
  }

  /** The bytes of weights that one decoding step reads. */
  long bytesPerStep(Precision precision) {
    List<Matrix> all = new ArrayList<>(List.of(head()));
    for (int layer = 0; layer < shape.layers(); layer++) {
      all.addAll(List.of(queryKeyValue(layer), output(layer), gate(layer), up(layer), down(layer)));
    }
    return all.stream().mapToLong(matrix -> matrix.bytes(precision)).sum();
  }
}
