package io.loquent.runtime.onnx;

import io.loquent.ModelLoadException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Makes one plain graph of a merged decoder, whose {@code If} holds one branch that starts a
 * sequence and one that continues it: the branch that continues, which starts with an empty past.
 *
 * <p>Both branches come from one network traced twice. That is checked as far as it can be read
 * from the graph: they apply the same operators to the same weights, in the same order. Whether the
 * branch computes the same for an empty past is for a proof to say. Stateless; safe for every
 * thread.
 */
public final class CacheBranch {

  /** The input that chooses the branch. */
  private static final String SWITCH = "use_cache_branch";

  private CacheBranch() {}

  /**
   * Says whether a model is a merged decoder.
   *
   * @param model an ONNX model
   * @return whether it has the input that chooses a branch
   * @throws ModelLoadException if the bytes are truncated or no ONNX model
   */
  public static boolean isIn(byte[] model) {
    try (ModelBytes bytes = ModelBytes.of("in memory", model)) {
      return new OnnxGraph(bytes, OnnxFile.graphOf(bytes), null).inputs().containsKey(SWITCH);
    }
  }

  /**
   * Leaves the branch that continues a sequence alone in a copy of a model.
   *
   * @param model an ONNX model; left as it is
   * @return the changed model, or why it was left alone
   * @throws ModelLoadException if the bytes are truncated or no ONNX model
   */
  public static GraphEdit alone(byte[] model) {
    try (ModelBytes bytes = ModelBytes.of("in memory", model)) {
      OnnxGraph graph = new OnnxGraph(bytes, OnnxFile.graphOf(bytes), null);
      Region switchInput = graph.inputs().get(SWITCH);
      if (graph.nodes().size() != 1 || switchInput == null) {
        return GraphEdit.unknown("the graph is more than one If over " + SWITCH);
      }
      OnnxNode node = graph.nodes().get(0);
      Optional<OnnxGraph> cached = branch(graph, node, "then_branch");
      Optional<OnnxGraph> fresh = branch(graph, node, "else_branch");
      if (!node.operator().equals("If") || !cached.isPresent() || !fresh.isPresent()) {
        return GraphEdit.unknown("the graph is no If over " + SWITCH);
      }
      String reason = difference(graph, node, cached.get(), fresh.get());
      if (reason != null) {
        return GraphEdit.unknown(reason);
      }
      Additions additions = new Additions();
      additions.insertBefore(node.region(), content(cached.get()));
      additions.remove(node.region());
      additions.remove(switchInput);
      return GraphEdit.of(additions.applyTo(bytes));
    }
  }

  private static Optional<OnnxGraph> branch(OnnxGraph graph, OnnxNode node, String name) {
    Region region = node.attributeMessage(graph.bytes(), name, Fields.ATTRIBUTE_GRAPH);
    return region == null
        ? Optional.empty()
        : Optional.of(new OnnxGraph(graph.bytes(), region, graph));
  }

  private static @Nullable String difference(
      OnnxGraph graph, OnnxNode node, OnnxGraph cached, OnnxGraph fresh) {
    if (!node.input(0).equals(SWITCH)) {
      return "the If does not read " + SWITCH;
    }
    if (!cached.outputs().equals(node.outputs())) {
      return "the outputs of the If have other names in its branches";
    }
    if (!readsPast(cached) || readsPast(fresh)) {
      return "not exactly one branch reads the past";
    }
    if (hasWeights(cached) || hasWeights(fresh)) {
      // They cannot be told to be equal by their names.
      return "the branches have weights of their own";
    }
    return uses(graph, cached).equals(uses(graph, fresh))
        ? null
        : "the branches apply different operators to the weights";
  }

  private static boolean readsPast(OnnxGraph branch) {
    return branch.nodes().stream()
        .anyMatch(node -> node.inputs().stream().anyMatch(input -> input.startsWith("past")));
  }

  private static boolean hasWeights(OnnxGraph branch) {
    return branch.nodes().stream()
        .flatMap(node -> node.inputs().stream())
        .anyMatch(input -> Weighted.isMatrix(branch, input));
  }

  /** Which operators read which weights, in order. */
  private static List<String> uses(OnnxGraph graph, OnnxGraph branch) {
    List<String> uses = new ArrayList<>();
    for (OnnxNode node : branch.nodes()) {
      for (String input : node.inputs()) {
        if (graph.initializer(input) != null) {
          uses.add(node.operator() + " " + input);
        }
      }
    }
    return uses;
  }

  /** The branch's nodes and weights, as fields of the outer graph. */
  private static MessageWriter content(OnnxGraph branch) {
    MessageWriter content = new MessageWriter();
    MessageReader reader = new MessageReader(branch.bytes(), branch.region());
    while (reader.next()) {
      switch (reader.field()) {
        case Fields.GRAPH_NODE, Fields.GRAPH_INITIALIZER, Fields.GRAPH_SPARSE_INITIALIZER ->
            content.bytes(reader.field(), branch.bytes().content(reader.message()));
        default -> {}
      }
    }
    return content;
  }
}
