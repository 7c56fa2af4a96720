package io.loquent.samples.benchmarks.models;

import io.loquent.samples.benchmarks.graph.ElementType;
import io.loquent.samples.benchmarks.graph.GraphBuilder;
import io.loquent.samples.benchmarks.graph.WeightFile;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Writes the matrix products of a model in one precision, and counts the bytes of the weights that
 * they read. Confined to one thread.
 */
final class Projections {

  private static final int ACCURACY_INT8 = 4;

  private final WeightFile weights;
  private final Precision precision;
  private final Map<String, Float> tensorScales = new HashMap<>();

  Projections(WeightFile weights, Precision precision) {
    this.weights = weights;
    this.precision = precision;
  }

  /**
   * A product's weights.
   *
   * @param name their name
   * @param inputs number of inputs
   * @param outputs number of outputs
   * @param rows gives {@code [outputs, inputs]}
   */
  record Matrix(String name, int inputs, int outputs, Supplier<float[]> rows) {
    /** How many bytes a product reads of it. */
    long bytes(Precision precision) {
      long count = (long) inputs * outputs;
      return switch (precision) {
        case FP32 -> count * Float.BYTES;
        case INT8 -> count + count / Quantization.BLOCK * Float.BYTES;
        case INT8_DYNAMIC -> count;
        case INT4 -> count / 2 + count / Quantization.BLOCK * Float.BYTES;
      };
    }
  }

  /** Adds a product to a graph and returns the name of its result. */
  String apply(GraphBuilder graph, String input, Matrix matrix) throws IOException {
    return last(graph, input, matrix).output();
  }

  /** Adds a product whose result has a given name. */
  void apply(GraphBuilder graph, String input, Matrix matrix, String output) throws IOException {
    last(graph, input, matrix).as(output);
  }

  /** The node that gives the product, after those that it needs. */
  private GraphBuilder.Node last(GraphBuilder graph, String input, Matrix matrix)
      throws IOException {
    store(matrix);
    return switch (precision) {
      case FP32 -> graph.node("MatMul", input, graph.weight(matrix.name));
      case INT8, INT4 ->
          graph
              .node(
                  "MatMulNBits",
                  input,
                  graph.weight(matrix.name + "_Q"),
                  graph.weight(matrix.name + "_scales"))
              .microsoft()
              .with("K", matrix.inputs)
              .with("N", matrix.outputs)
              .with("bits", precision == Precision.INT8 ? 8 : 4)
              .with("block_size", Quantization.BLOCK)
              .with("accuracy_level", ACCURACY_INT8);
      case INT8_DYNAMIC -> dynamic(graph, input, matrix);
    };
  }

  private GraphBuilder.Node dynamic(GraphBuilder graph, String input, Matrix matrix) {
    String[] quantized = graph.node("DynamicQuantizeLinear", input).outputs(3);
    String product =
        graph.op(
            "MatMulInteger",
            quantized[0],
            graph.weight(matrix.name + "_quantized"),
            quantized[2],
            graph.scalar((byte) 0));
    String real = graph.node("Cast", product).with("to", ElementType.FLOAT.number()).output();
    Float scale = tensorScales.get(matrix.name);
    if (scale == null) {
      throw new IllegalStateException(matrix.name + " has not been quantized");
    }
    String scales =
        graph.op("Mul", quantized[1], graph.floats(matrix.name + "_scale", new float[] {scale}, 1));
    return graph.node("Mul", real, scales);
  }

  private void store(Matrix matrix) throws IOException {
    String name = matrix.name;
    if (weights.contains(name)
        || weights.contains(name + "_Q")
        || weights.contains(name + "_quantized")) {
      return;
    }
    float[] rows = matrix.rows.get();
    int inputs = matrix.inputs;
    int outputs = matrix.outputs;
    switch (precision) {
      case FP32 ->
          weights.addFloats(name, SeededWeights.transpose(rows, outputs, inputs), inputs, outputs);
      case INT8_DYNAMIC -> {
        Quantization.Quantized quantized =
            Quantization.tensorOf8Bits(SeededWeights.transpose(rows, outputs, inputs));
        weights.addBytes(
            name + "_quantized", ElementType.INT8, quantized.values(), inputs, outputs);
        tensorScales.put(name, quantized.scales()[0]);
      }
      case INT8 -> storeBlocks(matrix, Quantization.blocksOf8Bits(rows), Quantization.BLOCK);
      case INT4 -> storeBlocks(matrix, Quantization.blocksOf4Bits(rows), Quantization.BLOCK / 2);
    }
  }

  private void storeBlocks(Matrix matrix, Quantization.Quantized quantized, int bytesPerBlock)
      throws IOException {
    int blocks = matrix.inputs / Quantization.BLOCK;
    weights.addBytes(
        matrix.name + "_Q",
        ElementType.UINT8,
        quantized.values(),
        matrix.outputs,
        blocks,
        bytesPerBlock);
    weights.addFloats(matrix.name + "_scales", quantized.scales(), matrix.outputs * blocks);
  }
}
