package io.loquent.runtime.onnx;

import io.loquent.ModelLoadException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The self-attention of a decoder as exporters trace it, in small nodes with a cache that grows by
 * a Concat: where it is, and models of its parts to see what it computes. Confined to one thread.
 */
public final class PlainAttention {

  private final OnnxGraph graph;
  private final String tokens;
  private final List<AttentionBlock> blocks;
  private final String reason;

  private PlainAttention(OnnxGraph graph, String tokens) {
    this.graph = graph;
    this.tokens = tokens;
    AttentionSearch search = new AttentionSearch(graph, tokens);
    blocks = search.find();
    reason = search.reason();
  }

  /**
   * Looks for attention in a model.
   *
   * @param model an ONNX model; must not change while this object is in use
   * @param tokens name of the input of token ids
   * @return what was found
   * @throws ModelLoadException if the bytes are truncated or no ONNX model
   */
  public static PlainAttention of(byte[] model, String tokens) {
    try (ModelBytes bytes = ModelBytes.of("in memory", model)) {
      return new PlainAttention(new OnnxGraph(bytes, OnnxFile.graphOf(bytes), null), tokens);
    }
  }

  /**
   * Says whether the graph takes a past that attention in small nodes may read.
   *
   * @return whether there are inputs for it, and no attention that shares buffers already
   */
  public boolean hasPlainCache() {
    return graph.inputs().keySet().stream().anyMatch(name -> name.startsWith("past"))
        && graph.nodes().stream()
            .noneMatch(node -> node.operator().equals(SharedAttention.OPERATOR));
  }

  /**
   * Returns the blocks, one for each layer.
   *
   * @return in the graph's order; empty if some past input belongs to none
   */
  public List<AttentionBlock> blocks() {
    return blocks;
  }

  /**
   * Returns why there are no blocks.
   *
   * @return half a sentence
   */
  public String reason() {
    return reason;
  }

  /**
   * Returns what the graph declares about an input.
   *
   * @param input its name
   * @return its dimensions, -1 where free; empty if it declares none, or has no such input
   */
  public List<Long> shape(String input) {
    Region info = graph.inputs().get(input);
    return info == null ? List.of() : ValueInfo.shape(graph.bytes(), info);
  }

  /**
   * Returns the type of an input.
   *
   * @param input its name
   * @return the number of the type in onnx.proto; 0 if it declares none, or there is no such input
   */
  public int type(String input) {
    Region info = graph.inputs().get(input);
    return info == null ? 0 : ValueInfo.type(graph.bytes(), info);
  }

  /**
   * Takes all blocks out of the graph, from queries, new keys and new values to scores and results.
   *
   * @param query which of {@link AttentionBlock#queries} to give
   * @return the model; empty if it cannot stand alone
   */
  public Optional<ProbeModel> wholeBlocks(int query) {
    Set<String> given = new HashSet<>();
    List<String> wanted = new ArrayList<>();
    for (AttentionBlock block : blocks) {
      given.addAll(List.of(block.newKey(), block.newValue()));
      given.add(block.queries().get(Math.min(query, block.queries().size() - 1)));
      wanted.add(block.scores());
      wanted.add(block.product());
      block.results().stream().filter(result -> !given.contains(result)).forEach(wanted::add);
    }
    return probe(given, wanted);
  }

  /**
   * Takes what happens to the products of queries and keys, until the Softmax, out of the graph.
   *
   * @return the model; empty if it cannot stand alone
   */
  public Optional<ProbeModel> masking() {
    Set<String> given = new HashSet<>();
    List<String> wanted = new ArrayList<>();
    for (AttentionBlock block : blocks) {
      given.addAll(List.of(block.newKey(), block.newValue(), block.product()));
      if (!block.scores().equals(block.product())) {
        wanted.add(block.scores());
      }
    }
    return probe(given, wanted);
  }

  private Optional<ProbeModel> probe(Set<String> given, List<String> wanted) {
    Cone cone = new Cone(graph, tokens, given, wanted);
    return cone.reason() == null
        ? Optional.of(ProbeModel.of(graph, cone, wanted, type(blocks.get(0).pastKey())))
        : Optional.empty();
  }
}
