package io.loquent.samples.benchmarks.models;

import io.loquent.samples.benchmarks.graph.ElementType;
import io.loquent.samples.benchmarks.graph.GraphBuilder;
import io.loquent.samples.benchmarks.graph.WeightFile;
import java.io.IOException;

/**
 * Writes a Llama graph as ONNX Runtime GenAI's model builder does: GroupQueryAttention with packed
 * projections and rotary positions inside, fused norms, no {@code position_ids}.
 */
final class FusedLlama {

  private static final String NORM = "model.norm.weight";
  private static final String COSINES = "cos_cache";
  private static final String SINES = "sin_cache";

  private final LlamaShape shape;
  private final LlamaMatrices matrices;
  private final GraphBuilder graph;
  private final Projections projections;

  private FusedLlama(
      LlamaShape shape, LlamaMatrices matrices, GraphBuilder graph, Projections projections) {
    this.shape = shape;
    this.matrices = matrices;
    this.graph = graph;
    this.projections = projections;
  }

  /** Adds the weights to the file, and the nodes to a new graph. */
  static GraphBuilder build(
      LlamaShape shape, LlamaWeights weights, WeightFile file, Precision precision)
      throws IOException {
    file.addFloats(LlamaNames.EMBEDDING, weights.embedding(), shape.vocabulary(), shape.hidden());
    file.addFloats(NORM, weights.norm(), shape.hidden());
    addAngles(shape, weights, file);
    GraphBuilder graph = new GraphBuilder(file);
    LlamaNames.declare(graph, shape, false);
    new FusedLlama(
            shape, new LlamaMatrices(shape, weights), graph, new Projections(file, precision))
        .addNodes();
    return graph;
  }

  private static void addAngles(LlamaShape shape, LlamaWeights weights, WeightFile file)
      throws IOException {
    float[] frequencies = weights.rotaryFrequencies();
    float[] cosines = new float[shape.context() * frequencies.length];
    float[] sines = new float[cosines.length];
    for (int position = 0; position < shape.context(); position++) {
      for (int i = 0; i < frequencies.length; i++) {
        float angle = position * frequencies[i];
        cosines[position * frequencies.length + i] = (float) Math.cos(angle);
        sines[position * frequencies.length + i] = (float) Math.sin(angle);
      }
    }
    file.addFloats(COSINES, cosines, shape.context(), frequencies.length);
    file.addFloats(SINES, sines, shape.context(), frequencies.length);
  }

  private void addNodes() throws IOException {
    graph.scope("/model/attn_mask_reformat");
    String counts =
        graph.node("ReduceSum", "attention_mask", graph.vector(1)).with("keepdims", 0).output();
    String lastPositions = toInt32(graph.op("Sub", counts, graph.scalar(1)));
    String length =
        toInt32(graph.op("Gather", graph.op("Shape", "attention_mask"), graph.scalar(1)));
    graph.scope("/model/embed_tokens");
    String residual = graph.op("Gather", graph.weight(LlamaNames.EMBEDDING), "input_ids");
    String hidden =
        graph
            .node("SimplifiedLayerNormalization", residual, graph.weight(NORM))
            .with("axis", -1)
            .with("epsilon", LlamaShape.NORM_EPSILON)
            .with("stash_type", 1)
            .output();
    for (int layer = 0; layer < shape.layers(); layer++) {
      graph.scope("/model/layers." + layer + "/attn");
      String attended = attention(layer, hidden, lastPositions, length);
      String[] normed =
          addAndNorm(residual, projections.apply(graph, attended, matrices.output(layer)));
      graph.scope("/model/layers." + layer + "/mlp");
      String gate = projections.apply(graph, normed[0], matrices.gate(layer));
      String up = projections.apply(graph, normed[0], matrices.up(layer));
      String active = graph.op("Mul", graph.op("Mul", gate, graph.op("Sigmoid", gate)), up);
      normed = addAndNorm(normed[1], projections.apply(graph, active, matrices.down(layer)));
      hidden = normed[0];
      residual = normed[1];
    }
    graph.scope("/lm_head");
    projections.apply(graph, hidden, matrices.head(), "logits");
  }

  private String attention(int layer, String hidden, String lastPositions, String length)
      throws IOException {
    String packed = projections.apply(graph, hidden, matrices.queryKeyValue(layer));
    return graph
        .node(
            "GroupQueryAttention",
            packed,
            "",
            "",
            LlamaNames.past(layer, "key"),
            LlamaNames.past(layer, "value"),
            lastPositions,
            length,
            graph.weight(COSINES),
            graph.weight(SINES))
        .microsoft()
        .with("num_heads", shape.heads())
        .with("kv_num_heads", shape.keyHeads())
        .with("scale", (float) (1 / Math.sqrt(shape.headSize())))
        .with("do_rotary", 1)
        .with("rotary_interleaved", 0)
        .as(
            "/model/layers." + layer + "/attn/GroupQueryAttention/output_0",
            LlamaNames.present(layer, "key"),
            LlamaNames.present(layer, "value"))[0];
  }

  /** Returns the normed sum and the sum itself. */
  private String[] addAndNorm(String residual, String update) {
    String sum = update + "_sum";
    String normed = update + "_normed";
    graph
        .node("SkipSimplifiedLayerNormalization", residual, update, graph.weight(NORM))
        .microsoft()
        .with("epsilon", LlamaShape.NORM_EPSILON)
        .as(normed, "", "", sum);
    return new String[] {normed, sum};
  }

  private String toInt32(String value) {
    return graph.node("Cast", value).with("to", ElementType.INT32.number()).output();
  }
}
