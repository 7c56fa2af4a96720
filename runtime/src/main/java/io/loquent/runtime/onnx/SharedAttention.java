package io.loquent.runtime.onnx;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Puts ONNX Runtime's operator <a
 * href="https://github.com/microsoft/onnxruntime/blob/main/docs/ContribOperators.md#com.microsoft.GroupQueryAttention">
 * GroupQueryAttention</a> in the place of a decoder's attention in small nodes. The operator writes
 * new keys and values into the buffer of the past, where a Concat copies the whole past at each
 * step, and it reads each key head once for all the query heads that share it.
 *
 * <p>The change is only right for attention that was proven to be plain causal attention; {@link
 * PlainAttention} gives models for the proof. From then on a row's mask must be ones followed by
 * zeros: its sum is the row's length.
 *
 * @param names what the graph calls its inputs
 * @param heads query heads
 * @param keyHeads heads of keys and values
 * @param headSize elements of a head
 * @param layers what to replace
 */
public record SharedAttention(
    Names names, int heads, int keyHeads, int headSize, List<Layer> layers) implements ModelEdit {

  /** The operator's qualified name, as {@link OnnxSummary#operators()} has it. */
  public static final String OPERATOR = "com.microsoft:GroupQueryAttention";

  private static final String PREFIX = "loquent_attention_";
  private static final String LAST_POSITIONS = PREFIX + "last_positions";
  private static final String TOTAL_LENGTH = PREFIX + "total_length";
  private static final String MICROSOFT = "com.microsoft";

  /** The first version of the standard operators whose ReduceSum takes its axes as an input. */
  private static final long AXES_AS_INPUT = 13;

  /**
   * What a graph calls its inputs.
   *
   * @param tokens token ids, {@code [batch, new]}
   * @param mask ones and zeros, {@code [batch, past + new]}
   */
  public record Names(String tokens, String mask) {}

  /**
   * What to replace in one layer.
   *
   * @param block the attention
   * @param query which tensor is the queries, {@code [batch, heads, new, headSize]}
   * @param result which tensor is the result, {@code [batch, new, heads * headSize]}
   * @param scale what products of queries and keys are multiplied with
   */
  public record Layer(AttentionBlock block, String query, String result, float scale) {}

  @Override
  public GraphEdit applyTo(byte[] model) {
    try (ModelBytes bytes = ModelBytes.of("in memory", model)) {
      if (!Additions.fits(bytes.size())) {
        return GraphEdit.unknown("the model is too large to be held in memory");
      }
      return new Rewriting(bytes).apply();
    }
  }

  /**
   * The operator alone as a model: inputs {@code query}, {@code key}, {@code value}, {@code
   * past_key}, {@code past_value} and the mask, output {@code result}.
   *
   * @param half whether its numbers are float16 instead of float
   * @param scale what products of queries and keys are multiplied with
   * @return the model
   */
  public ProbeModel operator(boolean half, float scale) {
    int type = half ? Fields.TYPE_FLOAT16 : Fields.TYPE_FLOAT;
    MessageWriter graph = new MessageWriter();
    graph.all(lengths(AXES_AS_INPUT));
    NewNode node =
        operator(
            List.of("query", "key", "value", "past_key", "past_value"),
            scale,
            "result",
            "present_key",
            "present_value");
    graph.message(Fields.GRAPH_NODE, node.message()).text(Fields.GRAPH_NAME, "probe");
    for (String input : List.of("query", "key", "value")) {
      graph.message(Fields.GRAPH_INPUT, ValueInfo.anyShape(input, type));
    }
    for (String past : List.of("past_key", "past_value")) {
      graph.message(Fields.GRAPH_INPUT, ValueInfo.cache(past, type, keyHeads, headSize));
    }
    graph.message(Fields.GRAPH_INPUT, ValueInfo.anyShape(names.mask(), Fields.TYPE_INT64));
    graph.message(Fields.GRAPH_OUTPUT, new MessageWriter().text(Fields.VALUE_INFO_NAME, "result"));
    MessageWriter model =
        new MessageWriter()
            .integer(Fields.MODEL_IR_VERSION, 8)
            .message(Fields.MODEL_GRAPH, graph)
            .message(
                Fields.MODEL_OPSET_IMPORT,
                new MessageWriter().integer(Fields.OPSET_VERSION, AXES_AS_INPUT))
            .message(Fields.MODEL_OPSET_IMPORT, NewNode.microsoftOpset());
    return new ProbeModel(model.toBytes(), Set.of());
  }

  private NewNode operator(List<String> tensors, float scale, String... outputs) {
    List<String> inputs = new ArrayList<>(tensors);
    inputs.add(LAST_POSITIONS);
    inputs.add(TOTAL_LENGTH);
    return new NewNode("GroupQueryAttention", inputs, outputs)
        .microsoft()
        .with("num_heads", heads)
        .with("kv_num_heads", keyHeads)
        .with("scale", scale)
        .with("do_rotary", 0);
  }

  /** Nodes that tell the operator how long each row is, and the longest. */
  private MessageWriter lengths(long opset) {
    String narrow = PREFIX + "mask";
    String counts = PREFIX + "counts";
    String one = PREFIX + "one";
    String shape = PREFIX + "mask_shape";
    String total = PREFIX + "mask_width";
    String narrowTotal = PREFIX + "mask_width_narrow";
    NewNode sum =
        opset >= AXES_AS_INPUT
            ? new NewNode("ReduceSum", List.of(narrow, one), counts)
            : new NewNode("ReduceSum", List.of(narrow), counts).withAll("axes", 1);
    String oneNarrow = PREFIX + "one_narrow";
    MessageWriter nodes = new MessageWriter();
    nodes.message(
        Fields.GRAPH_NODE,
        new NewNode("Cast", List.of(names.mask()), narrow).with("to", Fields.TYPE_INT32).message());
    nodes.message(Fields.GRAPH_NODE, ConstantTensor.node(one, 1));
    nodes.message(Fields.GRAPH_NODE, sum.with("keepdims", 0).message());
    nodes.message(
        Fields.GRAPH_NODE,
        new NewNode("Cast", List.of(one), oneNarrow).with("to", Fields.TYPE_INT32).message());
    nodes.message(
        Fields.GRAPH_NODE,
        new NewNode("Sub", List.of(counts, oneNarrow), LAST_POSITIONS).message());
    nodes.message(Fields.GRAPH_NODE, new NewNode("Shape", List.of(names.mask()), shape).message());
    nodes.message(
        Fields.GRAPH_NODE,
        new NewNode("Gather", List.of(shape, one), total).with("axis", 0).message());
    nodes.message(
        Fields.GRAPH_NODE,
        new NewNode("Cast", List.of(total), narrowTotal).with("to", Fields.TYPE_INT32).message());
    // Without axes every axis of length 1 goes, in all versions.
    nodes.message(
        Fields.GRAPH_NODE, new NewNode("Squeeze", List.of(narrowTotal), TOTAL_LENGTH).message());
    return nodes;
  }

  /** The change of one model. */
  private final class Rewriting {

    private final ModelBytes bytes;
    private final OnnxGraph graph;
    private final long opset;
    private final boolean knowsMicrosoft;
    private final Additions additions = new Additions();
    private final Map<String, Layer> replaced = new HashMap<>();
    private final Set<OnnxNode> live = new HashSet<>();

    Rewriting(ModelBytes bytes) {
      this.bytes = bytes;
      graph = new OnnxGraph(bytes, OnnxFile.graphOf(bytes), null);
      Map<String, Long> opsets = OnnxFile.opsets(bytes);
      opset = opsets.getOrDefault("", 0L);
      knowsMicrosoft = opsets.containsKey(MICROSOFT);
    }

    GraphEdit apply() {
      for (Layer layer : layers) {
        if (graph.producer(layer.result()) == null) {
          return GraphEdit.unknown("the graph has no '" + layer.result() + "'");
        }
        replaced.put(layer.result(), layer);
        replaced.put(layer.block().presentKey(), layer);
        replaced.put(layer.block().presentValue(), layer);
      }
      followFromOutputs();
      String reason = misread();
      if (reason != null) {
        return GraphEdit.unknown(reason);
      }
      Region firstResult = null;
      for (Layer layer : layers) {
        Region result = resultNode(layer).region();
        firstResult =
            firstResult == null || result.start() < firstResult.start() ? result : firstResult;
      }
      for (Layer layer : layers) {
        Region result = resultNode(layer).region();
        replace(layer, result, result.equals(firstResult));
      }
      removeDead();
      if (!knowsMicrosoft) {
        additions.append(
            Region.whole(bytes.size()),
            new MessageWriter().message(Fields.MODEL_OPSET_IMPORT, NewNode.microsoftOpset()));
      }
      return GraphEdit.of(additions.applyTo(bytes));
    }

    private OnnxNode resultNode(Layer layer) {
      OnnxNode node = graph.producer(layer.result());
      if (node == null) {
        throw new IllegalStateException("no node computes '" + layer.result() + "'");
      }
      return node;
    }

    /** Finds the nodes that still have a part in an output. */
    private void followFromOutputs() {
      List<String> open = new ArrayList<>(graph.outputs());
      Set<String> seen = new HashSet<>(open);
      while (!open.isEmpty()) {
        String tensor = open.remove(open.size() - 1);
        List<String> before = new ArrayList<>();
        Layer layer = replaced.get(tensor);
        OnnxNode node = graph.producer(tensor);
        if (layer != null) {
          before.addAll(List.of(layer.query(), layer.block().newKey(), layer.block().newValue()));
        } else if (node != null && live.add(node)) {
          before.addAll(node.inputs());
          before.addAll(node.captured(bytes));
        }
        before.stream().filter(seen::add).forEach(open::add);
      }
    }

    /** What a node reads that it would no longer read rightly; null if there is no such node. */
    private @Nullable String misread() {
      Set<String> caches = new HashSet<>();
      for (Layer layer : layers) {
        AttentionBlock block = layer.block();
        caches.addAll(
            List.of(block.pastKey(), block.pastValue(), block.presentKey(), block.presentValue()));
      }
      for (OnnxNode node : live) {
        List<String> reads = new ArrayList<>(node.inputs());
        reads.addAll(node.captured(bytes));
        for (String tensor : reads) {
          // Even the width of the mask tells nothing of a row, once rows are padded on the right.
          if (caches.contains(tensor) || tensor.equals(names.mask())) {
            return "a " + node.operator() + " outside the attention reads '" + tensor + "'";
          }
        }
      }
      return null;
    }

    private void replace(Layer layer, Region result, boolean first) {
      AttentionBlock block = layer.block();
      MessageWriter before = new MessageWriter();
      if (first) {
        before.all(lengths(opset));
        before.message(Fields.GRAPH_NODE, ConstantTensor.node(PREFIX + "joined", 0, 0, -1));
      }
      List<String> inputs = new ArrayList<>();
      for (String tensor : List.of(layer.query(), block.newKey(), block.newValue())) {
        String name = PREFIX + block.pastKey() + "_" + inputs.size();
        String turned = name + "_turned";
        before.message(
            Fields.GRAPH_NODE,
            new NewNode("Transpose", List.of(tensor), turned)
                .withAll("perm", 0, 2, 1, 3)
                .message());
        before.message(
            Fields.GRAPH_NODE,
            new NewNode("Reshape", List.of(turned, PREFIX + "joined"), name).message());
        inputs.add(name);
      }
      inputs.add(block.pastKey());
      inputs.add(block.pastValue());
      NewNode attention =
          operator(inputs, layer.scale(), layer.result(), block.presentKey(), block.presentValue());
      additions.insertBefore(result, before);
      additions.replace(result, attention.message().toBytes());
    }

    private void removeDead() {
      Set<Region> kept = new HashSet<>();
      layers.forEach(layer -> kept.add(resultNode(layer).region()));
      for (OnnxNode node : graph.nodes()) {
        if (!live.contains(node) && !kept.contains(node.region())) {
          additions.remove(node.region());
        }
      }
    }
  }
}
