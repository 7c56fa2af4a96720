package io.loquent.samples.benchmarks.models;

import io.loquent.samples.benchmarks.graph.ElementType;
import io.loquent.samples.benchmarks.graph.GraphBuilder;
import io.loquent.samples.benchmarks.graph.WeightFile;
import io.loquent.samples.benchmarks.models.Projections.Matrix;
import java.io.IOException;

/**
 * Writes the three graphs of a Marian shape as the Optimum exporter splits them: the encoder, the
 * decoder's first step, and the decoder with past, which returns only its own cache.
 */
final class Marian {

  private static final String EMBEDDING = "model.shared.weight";
  private static final String POSITIONS = "model.embed_positions.weight";
  private static final String BIAS = "final_logits_bias";
  private static final String[] PARTS = {"key", "value"};

  private final MarianShape shape;
  private final PostNormBlocks blocks;
  private final GraphBuilder graph;
  private final Projections projections;
  private final ExportedOperators ops;
  private final ExportedAttention attention;

  private Marian(
      MarianShape shape, SeededWeights random, WeightFile file, Projections projections) {
    this.shape = shape;
    this.projections = projections;
    graph = new GraphBuilder(file);
    ops = new ExportedOperators(graph);
    attention = new ExportedAttention(ops, shape.heads(), shape.heads(), shape.headSize());
    blocks = new PostNormBlocks(shape.hidden(), shape.inner(), random, ops, projections);
  }

  /** The graphs of a model. */
  record Graphs(GraphBuilder encoder, GraphBuilder decoder, GraphBuilder decoderWithPast) {}

  /** Adds the weights to the file, and builds the graphs. */
  static Graphs build(MarianShape shape, long seed, WeightFile file, Precision precision)
      throws IOException {
    SeededWeights random = new SeededWeights(seed);
    file.addFloats(
        EMBEDDING,
        random.matrix("shared", shape.vocabulary(), shape.hidden(), 1),
        shape.vocabulary(),
        shape.hidden());
    file.addFloats(
        POSITIONS,
        random.matrix("embed_positions", shape.context(), shape.hidden(), 1),
        shape.context(),
        shape.hidden());
    file.addFloats(BIAS, random.values(BIAS, shape.vocabulary(), 0.1), 1, shape.vocabulary());
    PostNormBlocks.addNorm(shape.hidden(), file);
    Projections projections = new Projections(file, precision);
    Marian encoder = new Marian(shape, random, file, projections);
    encoder.addEncoder();
    Marian first = new Marian(shape, random, file, projections);
    first.addDecoder(random, false);
    Marian next = new Marian(shape, random, file, projections);
    next.addDecoder(random, true);
    return new Graphs(encoder.graph, first.graph, next.graph);
  }

  /** The bytes of weights that one step of the decoder with past reads. */
  static long bytesPerStep(MarianShape shape, Precision precision) {
    long square = matrix("", shape.hidden(), shape.hidden(), precision);
    long inner = matrix("", shape.hidden(), shape.inner(), precision);
    long head = matrix("", shape.hidden(), shape.vocabulary(), precision);
    return shape.layers() * (6 * square + 2 * inner) + head;
  }

  private static long matrix(String name, int inputs, int outputs, Precision precision) {
    return new Matrix(name, inputs, outputs, () -> new float[0]).bytes(precision);
  }

  private void addEncoder() throws IOException {
    graph.input("input_ids", ElementType.INT64, "batch_size", "encoder_sequence_length");
    graph.input("attention_mask", ElementType.INT64, "batch_size", "encoder_sequence_length");
    graph.output(
        "last_hidden_state",
        ElementType.FLOAT,
        "batch_size",
        "encoder_sequence_length",
        shape.hidden());
    graph.scope("/encoder");
    String hidden = embed(graph.scalar(0L));
    String bias = attention.padding("attention_mask", ops.dimension("attention_mask", 1));
    for (int layer = 0; layer < shape.layers(); layer++) {
      String name = "encoder.layers." + layer;
      graph.scope("/" + name + "/self_attn");
      String batch = ops.dimension(hidden, 0);
      String length = ops.dimension(hidden, 1);
      String query = attention.heads(blocks.linear(hidden, name + ".q_proj"), batch, length);
      String key = attention.heads(blocks.linear(hidden, name + ".k_proj"), batch, length);
      String value = attention.heads(blocks.linear(hidden, name + ".v_proj"), batch, length);
      String attended = attention.attendWithBias(query, key, value, bias, batch, length);
      hidden = blocks.addAndNorm(hidden, blocks.linear(attended, name + ".out_proj"));
      hidden = blocks.feedForward(hidden, name, ops::swish);
    }
    graph.scope("/encoder");
    graph.node("Identity", hidden).as("last_hidden_state");
  }

  private void addDecoder(SeededWeights random, boolean past) throws IOException {
    declareDecoder(past);
    graph.scope("/model/decoder");
    String pastLength = past ? ops.dimension(past(0, "decoder", "key"), 2) : graph.scalar(0L);
    String length = ops.dimension("input_ids", 1);
    String hidden = embed(pastLength);
    String causal = causal(pastLength, length);
    String padding = attention.padding("encoder_attention_mask", length);
    for (int layer = 0; layer < shape.layers(); layer++) {
      String name = "decoder.layers." + layer;
      graph.scope("/model/" + name + "/self_attn");
      hidden = blocks.addAndNorm(hidden, selfAttention(layer, name, hidden, causal, past));
      graph.scope("/model/" + name + "/encoder_attn");
      hidden = blocks.addAndNorm(hidden, crossAttention(layer, name, hidden, padding, past));
      graph.scope("/model/" + name);
      hidden = blocks.feedForward(hidden, name, ops::swish);
    }
    graph.scope("/lm_head");
    Matrix head =
        new Matrix(
            "lm_head.MatMul.weight",
            shape.hidden(),
            shape.vocabulary(),
            () -> random.matrix("lm_head", shape.vocabulary(), shape.hidden(), 2.4));
    graph.node("Add", projections.apply(graph, hidden, head), graph.weight(BIAS)).as("logits");
  }

  private String selfAttention(int layer, String name, String hidden, String causal, boolean past)
      throws IOException {
    String batch = ops.dimension(hidden, 0);
    String length = ops.dimension(hidden, 1);
    String query = attention.heads(blocks.linear(hidden, name + ".q_proj"), batch, length);
    String[] all = new String[PARTS.length];
    for (int i = 0; i < PARTS.length; i++) {
      String projection = name + (i == 0 ? ".k_proj" : ".v_proj");
      String added = attention.heads(blocks.linear(hidden, projection), batch, length);
      all[i] = present(layer, "decoder", PARTS[i]);
      if (past) {
        graph.node("Concat", past(layer, "decoder", PARTS[i]), added).with("axis", -2).as(all[i]);
      } else {
        graph.node("Identity", added).as(all[i]);
      }
    }
    String joined = attention.attendWithBias(query, all[0], all[1], causal, batch, length);
    return blocks.linear(joined, name + ".out_proj");
  }

  private String crossAttention(int layer, String name, String hidden, String padding, boolean past)
      throws IOException {
    String batch = ops.dimension(hidden, 0);
    String length = ops.dimension(hidden, 1);
    String query =
        attention.heads(blocks.linear(hidden, name + ".encoder_attn.q_proj"), batch, length);
    String[] all = new String[PARTS.length];
    for (int i = 0; i < PARTS.length; i++) {
      if (past) {
        all[i] = past(layer, "encoder", PARTS[i]);
      } else {
        String projection = name + ".encoder_attn" + (i == 0 ? ".k_proj" : ".v_proj");
        String states = "encoder_hidden_states";
        String heads =
            attention.heads(
                blocks.linear(states, projection),
                ops.dimension(states, 0),
                ops.dimension(states, 1));
        all[i] = present(layer, "encoder", PARTS[i]);
        graph.node("Identity", heads).as(all[i]);
      }
    }
    String joined = attention.attendWithBias(query, all[0], all[1], padding, batch, length);
    return blocks.linear(joined, name + ".encoder_attn.out_proj");
  }

  private void declareDecoder(boolean past) {
    graph.input(
        "encoder_attention_mask", ElementType.INT64, "batch_size", "encoder_sequence_length");
    graph.input("input_ids", ElementType.INT64, "batch_size", "decoder_sequence_length");
    if (!past) {
      graph.input(
          "encoder_hidden_states",
          ElementType.FLOAT,
          "batch_size",
          "encoder_sequence_length",
          shape.hidden());
    }
    graph.output(
        "logits", ElementType.FLOAT, "batch_size", "decoder_sequence_length", shape.vocabulary());
    for (int layer = 0; layer < shape.layers(); layer++) {
      for (String part : PARTS) {
        if (past) {
          declareCache(past(layer, "decoder", part), "past_decoder_sequence_length", true);
          declareCache(past(layer, "encoder", part), "encoder_sequence_length", true);
        } else {
          declareCache(present(layer, "encoder", part), "encoder_sequence_length", false);
        }
        declareCache(present(layer, "decoder", part), "total_decoder_sequence_length", false);
      }
    }
  }

  private void declareCache(String name, String length, boolean input) {
    Object[] dimensions = {"batch_size", shape.heads(), length, shape.headSize()};
    if (input) {
      graph.input(name, ElementType.FLOAT, dimensions);
    } else {
      graph.output(name, ElementType.FLOAT, dimensions);
    }
  }

  private String embed(String pastLength) {
    String scale = graph.scalar((float) Math.sqrt(shape.hidden()));
    String tokens =
        graph.op("Mul", graph.op("Gather", graph.weight(EMBEDDING), "input_ids"), scale);
    String end = graph.op("Add", pastLength, ops.dimension("input_ids", 1));
    String range = graph.op("Range", pastLength, end, graph.scalar(1L));
    return graph.op("Add", tokens, graph.op("Gather", graph.weight(POSITIONS), range));
  }

  /** What is added to scores of later positions, {@code [1, 1, new, all]}. */
  private String causal(String pastLength, String length) {
    String total = graph.op("Add", pastLength, length);
    String one = graph.scalar(1L);
    String rows = graph.op("Range", pastLength, total, one);
    String columns = graph.op("Range", graph.scalar(0L), total, one);
    String later = graph.op("Greater", columns, graph.op("Reshape", rows, graph.vector(-1, 1)));
    String bias = graph.op("Mul", ops.toFloat(later), graph.scalar(ExportedAttention.MASKED));
    return graph.op("Unsqueeze", bias, graph.vector(0, 1));
  }

  private static String past(int layer, String side, String part) {
    return "past_key_values." + layer + "." + side + "." + part;
  }

  private static String present(int layer, String side, String part) {
    return "present." + layer + "." + side + "." + part;
  }
}
