package io.loquent.samples.benchmarks.models;

import io.loquent.samples.benchmarks.graph.GraphBuilder;
import io.loquent.samples.benchmarks.graph.WeightFile;
import io.loquent.samples.benchmarks.models.Projections.Matrix;
import java.io.IOException;
import java.util.Arrays;
import java.util.function.UnaryOperator;

/** The parts that layers have in common whose norm comes behind each block: Marian and BERT. */
final class PostNormBlocks {

  private static final String ONES = "layer_norm.weight";
  private static final String ZEROS = "layer_norm.bias";

  private final int hidden;
  private final int inner;
  private final SeededWeights random;
  private final GraphBuilder graph;
  private final Projections projections;

  PostNormBlocks(
      int hidden, int inner, SeededWeights random, ExportedOperators ops, Projections projections) {
    this.hidden = hidden;
    this.inner = inner;
    this.random = random;
    graph = ops.graph;
    this.projections = projections;
  }

  static void addNorm(int hidden, WeightFile file) throws IOException {
    float[] ones = new float[hidden];
    Arrays.fill(ones, 1);
    file.addFloats(ONES, ones, hidden);
    file.addFloats(ZEROS, new float[hidden], hidden);
  }

  /** A square projection with a bias. */
  String linear(String input, String name) throws IOException {
    return linear(input, name, hidden, hidden);
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

  String feedForward(String input, String name, UnaryOperator<String> activation)
      throws IOException {
    String active = activation.apply(linear(input, name + ".fc1", hidden, inner));
    return addAndNorm(input, linear(active, name + ".fc2", inner, hidden));
  }
}
