package io.loquent.samples.benchmarks.models;

import io.loquent.samples.benchmarks.graph.ElementType;
import io.loquent.samples.benchmarks.graph.GraphBuilder;

/** The groups of nodes that tracing exporters write for one call in PyTorch. */
final class ExportedOperators {

  final GraphBuilder graph;

  ExportedOperators(GraphBuilder graph) {
    this.graph = graph;
  }

  /** A dimension, without an axis of its own. */
  String dimension(String value, int axis) {
    return graph.op("Gather", graph.op("Shape", value), graph.scalar((long) axis));
  }

  String asVector(String scalar) {
    return graph.op("Unsqueeze", scalar, graph.vector(0));
  }

  String joinVectors(String... vectors) {
    return graph.node("Concat", vectors).with("axis", 0).output();
  }

  String toFloat(String value) {
    return graph.node("Cast", value).with("to", ElementType.FLOAT.number()).output();
  }

  String toBoolean(String value) {
    return graph.node("Cast", value).with("to", ElementType.BOOL.number()).output();
  }

  String transpose(String value, long... order) {
    return graph.node("Transpose", value).withAll("perm", order).output();
  }

  String swish(String value) {
    return graph.op("Mul", value, graph.op("Sigmoid", value));
  }

  /** The exact GELU, by the error function. */
  String gelu(String value) {
    String share = graph.op("Erf", graph.op("Div", value, graph.scalar((float) Math.sqrt(2))));
    String sum = graph.op("Mul", value, graph.op("Add", share, graph.scalar(1f)));
    return graph.op("Mul", sum, graph.scalar(0.5f));
  }

  /** Gives a value the shape of another. */
  String reshapeAs(String value, String other) {
    String flat = graph.op("Reshape", value, graph.vector(-1));
    return graph.op("Reshape", flat, joinVectors(graph.op("Shape", other)));
  }

  /** {@code Tensor.expand}: a size of -1 leaves a dimension as it is. */
  String expand(String value, String sizes) {
    String flat = graph.op("Reshape", sizes, graph.vector(-1));
    String ones =
        graph.node("ConstantOfShape", graph.op("Shape", flat)).withTensor("value", 1).output();
    String kept = graph.op("Equal", flat, graph.op("Mul", ones, graph.scalar(-1L)));
    return graph.op("Expand", value, graph.op("Where", kept, ones, flat));
  }
}
