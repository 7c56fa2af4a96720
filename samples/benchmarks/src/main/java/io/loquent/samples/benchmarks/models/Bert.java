package io.loquent.samples.benchmarks.models;

import io.loquent.samples.benchmarks.graph.ElementType;
import io.loquent.samples.benchmarks.graph.GraphBuilder;
import io.loquent.samples.benchmarks.graph.WeightFile;
import java.io.IOException;

/** Writes the graph of a BERT shape as the Optimum exporter traces it, for feature extraction. */
final class Bert {

  private static final String WORDS = "embeddings.word_embeddings.weight";
  private static final String TYPES = "embeddings.token_type_embeddings.weight";
  private static final String POSITIONS = "embeddings.position_embeddings.weight";
  private static final int SEGMENTS = 2;
  private static final String[] INPUTS = {"input_ids", "attention_mask", "token_type_ids"};

  private final BertShape shape;
  private final GraphBuilder graph;
  private final ExportedOperators ops;
  private final ExportedAttention attention;
  private final PostNormBlocks blocks;

  private Bert(BertShape shape, SeededWeights random, WeightFile file, Precision precision) {
    this.shape = shape;
    graph = new GraphBuilder(file);
    ops = new ExportedOperators(graph);
    attention = new ExportedAttention(ops, shape.heads(), shape.heads(), shape.headSize());
    blocks =
        new PostNormBlocks(
            shape.hidden(), shape.inner(), random, ops, new Projections(file, precision));
  }

  /** Adds the weights to the file, and builds the graph. */
  static GraphBuilder build(BertShape shape, long seed, WeightFile file, Precision precision)
      throws IOException {
    SeededWeights random = new SeededWeights(seed);
    addTable(WORDS, shape.vocabulary(), shape, random, file);
    addTable(TYPES, SEGMENTS, shape, random, file);
    addTable(POSITIONS, shape.context(), shape, random, file);
    PostNormBlocks.addNorm(shape.hidden(), file);
    Bert bert = new Bert(shape, random, file, precision);
    bert.addGraph();
    return bert.graph;
  }

  private static void addTable(
      String name, int rows, BertShape shape, SeededWeights random, WeightFile file)
      throws IOException {
    file.addFloats(name, random.matrix(name, rows, shape.hidden(), 1), rows, shape.hidden());
  }

  private void addGraph() throws IOException {
    for (String input : INPUTS) {
      graph.input(input, ElementType.INT64, "batch_size", "sequence_length");
    }
    graph.output(
        "last_hidden_state", ElementType.FLOAT, "batch_size", "sequence_length", shape.hidden());
    graph.scope("/embeddings");
    String hidden = embed();
    String bias = attention.padding("attention_mask", ops.dimension("attention_mask", 1));
    for (int layer = 0; layer < shape.layers(); layer++) {
      hidden = layer(hidden, bias, "encoder.layer." + layer);
    }
    graph.scope("/encoder");
    graph.node("Identity", hidden).as("last_hidden_state");
  }

  private String embed() {
    String words = graph.op("Gather", graph.weight(WORDS), "input_ids");
    String types = graph.op("Gather", graph.weight(TYPES), "token_type_ids");
    String range =
        graph.op("Range", graph.scalar(0L), ops.dimension("input_ids", 1), graph.scalar(1L));
    String positions = graph.op("Gather", graph.weight(POSITIONS), range);
    return blocks.addAndNorm(graph.op("Add", words, types), positions);
  }

  private String layer(String input, String bias, String name) throws IOException {
    graph.scope("/" + name + "/attention");
    String batch = ops.dimension(input, 0);
    String length = ops.dimension(input, 1);
    String query = attention.heads(blocks.linear(input, name + ".query"), batch, length);
    String key = attention.heads(blocks.linear(input, name + ".key"), batch, length);
    String value = attention.heads(blocks.linear(input, name + ".value"), batch, length);
    String attended = attention.attendWithBias(query, key, value, bias, batch, length);
    String hidden = blocks.addAndNorm(input, blocks.linear(attended, name + ".output"));
    graph.scope("/" + name);
    return blocks.feedForward(hidden, name, ops::gelu);
  }
}
