package io.loquent.samples.benchmarks.models;

import io.loquent.samples.benchmarks.graph.ElementType;
import io.loquent.samples.benchmarks.graph.GraphBuilder;

/** The names that exporters give to a decoder's inputs and outputs. */
final class LlamaNames {

  static final String EMBEDDING = "model.embed_tokens.weight";

  private LlamaNames() {}

  static String past(int layer, String part) {
    return "past_key_values." + layer + "." + part;
  }

  static String present(int layer, String part) {
    return "present." + layer + "." + part;
  }

  static void declare(GraphBuilder graph, LlamaShape shape, boolean positions) {
    graph.input("input_ids", ElementType.INT64, "batch_size", "sequence_length");
    graph.input("attention_mask", ElementType.INT64, "batch_size", "total_sequence_length");
    if (positions) {
      graph.input("position_ids", ElementType.INT64, "batch_size", "sequence_length");
    }
    graph.output("logits", ElementType.FLOAT, "batch_size", "sequence_length", shape.vocabulary());
    for (int layer = 0; layer < shape.layers(); layer++) {
      for (String part : new String[] {"key", "value"}) {
        graph.input(
            past(layer, part),
            ElementType.FLOAT,
            "batch_size",
            shape.keyHeads(),
            "past_sequence_length",
            shape.headSize());
        graph.output(
            present(layer, part),
            ElementType.FLOAT,
            "batch_size",
            shape.keyHeads(),
            "total_sequence_length",
            shape.headSize());
      }
    }
  }
}
