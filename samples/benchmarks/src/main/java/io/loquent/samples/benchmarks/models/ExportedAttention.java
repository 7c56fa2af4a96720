package io.loquent.samples.benchmarks.models;

import io.loquent.samples.benchmarks.graph.GraphBuilder;

/** Attention as tracing exporters write it: {@code scaled_dot_product_attention} in small nodes. */
final class ExportedAttention {

  /** What is added to the scores of positions that must not be seen. */
  static final float MASKED = -Float.MAX_VALUE;

  private final ExportedOperators ops;
  private final GraphBuilder graph;
  private final int heads;
  private final int keyHeads;
  private final int headSize;

  ExportedAttention(ExportedOperators ops, int heads, int keyHeads, int headSize) {
    this.ops = ops;
    graph = ops.graph;
    this.heads = heads;
    this.keyHeads = keyHeads;
    this.headSize = headSize;
  }

  /** {@code [batch, length, heads * size]} to {@code [batch, heads, length, size]}. */
  String heads(String value, String batch, String length) {
    String sizes =
        ops.joinVectors(
            ops.asVector(batch), ops.asVector(length), graph.vector(-1), graph.vector(headSize));
    return ops.transpose(graph.op("Reshape", value, sizes), 0, 2, 1, 3);
  }

  /** Rotary positions: each half of a head is turned against the other. */
  String rotate(String value, String cosines, String sines) {
    String straight = graph.op("Mul", value, cosines);
    String half = ops.asVector(graph.op("Div", ops.dimension(value, 3), graph.scalar(2L)));
    String first =
        graph.op("Slice", value, graph.vector(0), half, graph.vector(3), graph.vector(1));
    String second =
        graph.op(
            "Slice", value, half, graph.vector(Long.MAX_VALUE), graph.vector(3), graph.vector(1));
    String turned = graph.node("Concat", graph.op("Neg", second), first).with("axis", -1).output();
    return graph.op("Add", straight, graph.op("Mul", turned, sines));
  }

  /** Repeats each key head for the query heads that share it. */
  String repeat(String value) {
    int copies = heads / keyHeads;
    String batch = ops.asVector(ops.dimension(value, 0));
    String shared = ops.dimension(value, 1);
    String length = ops.asVector(ops.dimension(value, 2));
    String size = ops.asVector(ops.dimension(value, 3));
    String wide = graph.op("Unsqueeze", value, graph.vector(2));
    String sizes = ops.joinVectors(batch, ops.asVector(shared), graph.vector(copies), length, size);
    String expanded = ops.expand(wide, sizes);
    String all = ops.asVector(graph.op("Mul", shared, graph.scalar((long) copies)));
    return graph.op("Reshape", expanded, ops.joinVectors(batch, all, length, size));
  }

  /**
   * Attends under a mask of booleans; both factors get the square root of the scale.
   *
   * @return {@code [batch, length, heads * size]}
   */
  String attend(
      String query, String keys, String values, String mask, String batch, String length) {
    String scores = scores(query, keys);
    String bias =
        graph.op(
            "Where",
            mask,
            graph.floats("zero", new float[] {0}, 1),
            graph.floats("minus_infinity", new float[] {Float.NEGATIVE_INFINITY}, 1));
    String shares = graph.node("Softmax", graph.op("Add", scores, bias)).with("axis", -1).output();
    String safe =
        graph.op(
            "Where", graph.op("IsNaN", shares), graph.floats("zero", new float[] {0}, 1), shares);
    return join(graph.op("MatMul", safe, values), batch, length);
  }

  /** Attends with numbers added to the scores. */
  String attendWithBias(
      String query, String keys, String values, String bias, String batch, String length) {
    String scores = graph.op("Add", scores(query, keys), bias);
    String shares = graph.node("Softmax", scores).with("axis", -1).output();
    return join(graph.op("MatMul", shares, values), batch, length);
  }

  /** What is added to scores of padding, {@code [batch, 1, new, all]}, by a mask of ones. */
  String padding(String mask, String length) {
    String sizes =
        ops.joinVectors(
            ops.asVector(ops.dimension(mask, 0)),
            graph.vector(1),
            ops.asVector(length),
            ops.asVector(ops.dimension(mask, 1)));
    String wide = graph.op("Unsqueeze", mask, graph.vector(1, 2));
    String real = ops.toFloat(ops.expand(wide, sizes));
    String absent = graph.op("Sub", graph.scalar(1f), real);
    return graph.op("Where", ops.toBoolean(absent), graph.scalar(MASKED), absent);
  }

  private String scores(String query, String keys) {
    String root = graph.scalar((float) Math.pow(headSize, -0.25));
    return graph.op(
        "MatMul",
        graph.op("Mul", query, root),
        graph.op("Mul", ops.transpose(keys, 0, 1, 3, 2), root));
  }

  private String join(String value, String batch, String length) {
    String joined = ops.transpose(value, 0, 2, 1, 3);
    String sizes = ops.joinVectors(ops.asVector(batch), ops.asVector(length), graph.vector(-1));
    return graph.op("Reshape", joined, sizes);
  }
}
