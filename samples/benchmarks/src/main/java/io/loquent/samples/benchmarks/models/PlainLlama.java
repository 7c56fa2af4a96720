package io.loquent.samples.benchmarks.models;

import io.loquent.samples.benchmarks.graph.GraphBuilder;
import io.loquent.samples.benchmarks.graph.WeightFile;
import java.io.IOException;

/**
 * Writes a Llama graph node for node as the Optimum exporter traces it: standard operators only, a
 * cache that grows by Concat, {@code position_ids}, shapes computed at run time, logits of all
 * positions.
 */
final class PlainLlama {

  private static final String NORM = "model.norm.weight";

  private final LlamaShape shape;
  private final LlamaWeights weights;
  private final LlamaMatrices matrices;
  private final GraphBuilder graph;
  private final Projections projections;
  private final ExportedOperators ops;
  private final ExportedAttention attention;

  private PlainLlama(
      LlamaShape shape, LlamaWeights weights, GraphBuilder graph, Projections projections) {
    this.shape = shape;
    this.weights = weights;
    this.graph = graph;
    this.projections = projections;
    matrices = new LlamaMatrices(shape, weights);
    ops = new ExportedOperators(graph);
    attention = new ExportedAttention(ops, shape.heads(), shape.keyHeads(), shape.headSize());
  }

  /** Adds the weights to the file, and the nodes to a new graph. */
  static GraphBuilder build(
      LlamaShape shape, LlamaWeights weights, WeightFile file, Precision precision)
      throws IOException {
    file.addFloats(LlamaNames.EMBEDDING, weights.embedding(), shape.vocabulary(), shape.hidden());
    file.addFloats(NORM, weights.norm(), shape.hidden());
    GraphBuilder graph = new GraphBuilder(file);
    LlamaNames.declare(graph, shape, true);
    new PlainLlama(shape, weights, graph, new Projections(file, precision)).addNodes();
    return graph;
  }

  private void addNodes() throws IOException {
    graph.scope("/model/embed_tokens");
    String hidden = graph.op("Gather", graph.weight(LlamaNames.EMBEDDING), "input_ids");
    graph.scope("/model");
    String mask = mask(hidden);
    graph.scope("/model/rotary_emb");
    String angles = angles();
    String cosines = graph.op("Mul", graph.op("Cos", angles), graph.scalar(1f));
    String sines = graph.op("Mul", graph.op("Sin", angles), graph.scalar(1f));
    for (int layer = 0; layer < shape.layers(); layer++) {
      String prefix = "/model/layers." + layer;
      graph.scope(prefix + "/input_layernorm");
      String normed = norm(hidden);
      graph.scope(prefix + "/self_attn");
      String attended = attend(layer, normed, cosines, sines, mask);
      graph.scope(prefix);
      hidden = graph.op("Add", hidden, attended);
      graph.scope(prefix + "/post_attention_layernorm");
      normed = norm(hidden);
      graph.scope(prefix + "/mlp");
      String updated = feedForward(layer, normed);
      graph.scope(prefix);
      hidden = graph.op("Add", hidden, updated);
    }
    graph.scope("/model/norm");
    String normed = norm(hidden);
    graph.scope("/lm_head");
    projections.apply(graph, normed, matrices.head(), "logits");
  }

  private String attend(int layer, String normed, String cosines, String sines, String mask)
      throws IOException {
    String batch = ops.dimension(normed, 0);
    String length = ops.dimension(normed, 1);
    String query =
        attention.heads(projections.apply(graph, normed, matrices.query(layer)), batch, length);
    String key =
        attention.heads(projections.apply(graph, normed, matrices.key(layer)), batch, length);
    String value =
        attention.heads(projections.apply(graph, normed, matrices.value(layer)), batch, length);
    String layerCosines = graph.op("Unsqueeze", cosines, graph.vector(1));
    String layerSines = graph.op("Unsqueeze", sines, graph.vector(1));
    query = attention.rotate(query, layerCosines, layerSines);
    key = attention.rotate(key, layerCosines, layerSines);
    String keys = LlamaNames.present(layer, "key");
    String values = LlamaNames.present(layer, "value");
    graph.node("Concat", LlamaNames.past(layer, "key"), key).with("axis", -2).as(keys);
    graph.node("Concat", LlamaNames.past(layer, "value"), value).with("axis", -2).as(values);
    String allKeys = attention.repeat(keys);
    String allValues = attention.repeat(values);
    String end = ops.asVector(ops.dimension(allKeys, 2));
    String layerMask =
        graph.op("Slice", mask, graph.vector(0), end, graph.vector(3), graph.vector(1));
    String joined = attention.attend(query, allKeys, allValues, layerMask, batch, length);
    return projections.apply(graph, joined, matrices.output(layer));
  }

  private String feedForward(int layer, String normed) throws IOException {
    String gate = projections.apply(graph, normed, matrices.gate(layer));
    String active = graph.op("Mul", gate, graph.op("Sigmoid", gate));
    String up = projections.apply(graph, normed, matrices.up(layer));
    return projections.apply(graph, graph.op("Mul", active, up), matrices.down(layer));
  }

  private String norm(String hidden) {
    String squares = graph.op("Pow", hidden, graph.scalar(2f));
    String mean = graph.node("ReduceMean", squares, graph.vector(-1)).with("keepdims", 1).output();
    String root = graph.op("Sqrt", graph.op("Add", mean, graph.scalar(LlamaShape.NORM_EPSILON)));
    String scaled = graph.op("Mul", hidden, graph.op("Div", graph.scalar(1f), root));
    return graph.op("Mul", graph.weight(NORM), scaled);
  }

  /**
   * Which positions each position may see, {@code [batch, 1, new, all]}: causal and not padding.
   */
  private String mask(String embedded) {
    String past = ops.dimension(LlamaNames.past(0, "key"), 2);
    String added = ops.dimension(embedded, 1);
    String total = graph.op("Add", past, added);
    String one = graph.scalar(1L);
    String zero = graph.scalar(0L);
    String rows = graph.op("Range", past, total, one);
    String columns = graph.op("Range", zero, total, one);
    String batches = graph.op("Range", zero, ops.dimension(embedded, 0), one);
    String rowAxis = graph.op("Unsqueeze", rows, graph.vector(0, 1, 3));
    String columnAxis = graph.op("Unsqueeze", columns, graph.vector(0, 1, 2));
    String batchAxis = graph.op("Unsqueeze", batches, graph.vector(1, 2, 3));
    String causal = graph.op("LessOrEqual", columnAxis, rowAxis);
    String flat = graph.node("Flatten", ops.toBoolean("attention_mask")).with("axis", 2).output();
    String width = graph.op("Gather", graph.op("Shape", "attention_mask"), graph.vector(1));
    String indices = graph.op("Add", columnAxis, graph.op("Mul", batchAxis, width));
    String picked = graph.op("Gather", flat, indices);
    String allowed = graph.op("And", causal, ops.reshapeAs(picked, indices));
    String sizes =
        graph
            .node(
                "Concat",
                ops.asVector(ops.dimension(embedded, 0)),
                graph.vector(-1),
                ops.asVector(added),
                ops.asVector(total))
            .with("axis", 0)
            .output();
    return ops.expand(allowed, sizes);
  }

  /** The angles of the rotary positions, {@code [batch, new, headSize]}. */
  private String angles() {
    int half = shape.headSize() / 2;
    String frequencies =
        graph.floats("rotary_frequencies", weights.rotaryFrequencies(), 1, half, 1);
    String sizes =
        graph
            .node(
                "Concat",
                ops.asVector(ops.dimension("position_ids", 0)),
                graph.vector(-1),
                graph.vector(1))
            .with("axis", 0)
            .output();
    String perRow = ops.expand(frequencies, sizes);
    String positions = ops.toFloat(graph.op("Unsqueeze", "position_ids", graph.vector(1)));
    String products =
        graph
            .node("Transpose", graph.op("MatMul", perRow, positions))
            .withAll("perm", 0, 2, 1)
            .output();
    return graph.node("Concat", products, products).with("axis", -1).output();
  }
}
