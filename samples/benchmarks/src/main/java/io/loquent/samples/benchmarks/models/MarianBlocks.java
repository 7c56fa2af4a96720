package io.loquent.samples.benchmarks.models;

import io.loquent.samples.benchmarks.graph.GraphBuilder;
import io.loquent.samples.benchmarks.graph.WeightFile;
import io.loquent.samples.benchmarks.models.Projections.Matrix;
import java.io.IOException;
import java.util.Arrays;

/** The parts that the encoder and the decoder of a Marian shape have in common. */
final class MarianBlocks {

  private static final String ONES = "layer_norm.weight";
  private static final String ZEROS = "layer_norm.bias";

  private final MarianShape shape;
  private final SeededWeights random;
  private final GraphBuilder graph;
  private final Projections projections;

  MarianBlocks(
      MarianShape shape, SeededWeights random, ExportedOperators ops, Projections projections) {
    this.shape = shape;
    this.random = random;
    graph = ops.graph;
    this.projections = projections;
  }

  static void addNorm(MarianShape shape, WeightFile file) throws IOException {
    float[] ones = new float[shape.hidden()];
    Arrays.fill(ones, 1);
    file.addFloats(ONES, ones, shape.hidden());
    file.addFloats(ZEROS, new float[shape.hidden()], shape.hidden());
  }

  /** A square projection with a bias. */
  String linear(String input, String name) throws IOException {
    return linear(input, name, shape.hidden(), shape.hidden());
  }

  private String linear(String input, String name, int inputs, int outputs) throws IOException {
    Matrix matrix =
        new Matrix(
            name + ".MatMul.weight",
            inputs,
            outputs,
            () -> random.matrix(name, outputs, inputs, 1));
    String bias =
        graph.floats(name + ".bias", random.values(name + ".bias", outputs, 0.02), outputs);
    return graph.op("Add", bias, projections.apply(graph, input, matrix));
  }

  String addAndNorm(String residual, String update) {
    return graph
        .node(
            "LayerNormalization",
            graph.op("Add", residual, update),
            graph.weight(ONES),
            graph.weight(ZEROS))
        .with("axis", -1)
        .with("epsilon", 1e-5f)
        .output();
  }

  String feedForward(String hidden, String name) throws IOException {
    String inner = linear(hidden, name + ".fc1", shape.hidden(), shape.inner());
    String active = graph.op("Mul", inner, graph.op("Sigmoid", inner));
    return addAndNorm(hidden, linear(active, name + ".fc2", shape.inner(), shape.hidden()));
  }
}
