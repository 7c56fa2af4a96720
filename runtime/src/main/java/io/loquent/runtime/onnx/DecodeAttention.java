package io.loquent.runtime.onnx;

import io.loquent.ModelLoadException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Lets ONNX Runtime compute the attention of one new token with the kernels of its matrix products.
 *
 * <p>For one new token, GroupQueryAttention on the CPU (ONNX Runtime 1.29) walks over the keys in
 * plain loops, and row by row where rows differ in length. Where it is asked for the products of
 * queries and keys too, it calls the library of matrix products instead, for all rows and heads at
 * once; and that library has its fastest kernel for products that are multiplied with nothing. So
 * an {@code If} runs each operator with that further output, which nobody reads, and with queries
 * that are scaled beforehand where there is one new token, and as it is where there are several.
 * Numbers differ by the order in which products are added up. Stateless; safe for every thread.
 */
public final class DecodeAttention {

  private static final String PREFIX = "loquent_decode_";
  private static final String IS_ONE = PREFIX + "is_one_token";
  private static final String SCALE = "scale";
  private static final String SCORES = "qk_output";

  /** Attributes with which the operator stays what it is: softmax of scaled products. */
  private static final Map<String, Long> PLAIN =
      Map.of("softcap", 0L, "smooth_softmax", 0L, "local_window_size", -1L, SCORES, 0L);

  private static final Set<String> KNOWN =
      Set.of("num_heads", "kv_num_heads", SCALE, "do_rotary", "rotary_interleaved");

  private static final int QUERY = 0;
  private static final int KEY = 1;
  private static final int PAST_KEY = 3;
  private static final int LAST_KNOWN_INPUT = 9;
  private static final int OUTPUTS = 3;

  private DecodeAttention() {}

  /**
   * Changes a copy of a model.
   *
   * @param model an ONNX model; left as it is
   * @param threads how many threads share an operator's work, at least 1: an operator with far
   *     fewer heads stays as it is, because it shares out parts of heads, which a product does not
   * @return the changed model, or why it was left alone
   * @throws ModelLoadException if the bytes are truncated or no ONNX model
   */
  public static GraphEdit apply(byte[] model, int threads) {
    try (ModelBytes bytes = ModelBytes.of("in memory", model)) {
      if (!Additions.fits(bytes.size())) {
        return GraphEdit.unknown("the model is too large to be held in memory");
      }
      OnnxGraph graph = new OnnxGraph(bytes, OnnxFile.graphOf(bytes), null);
      List<Attention> found = new ArrayList<>();
      for (OnnxNode node : graph.nodes()) {
        Attention attention = Attention.of(graph, node);
        if (attention != null && threads <= 2 * attention.heads) {
          found.add(attention);
        }
      }
      if (found.isEmpty()) {
        return GraphEdit.unknown(
            "no GroupQueryAttention there is plain, in single precision and with heads enough for "
                + threads
                + " threads");
      }
      return GraphEdit.of(rewritten(bytes, found));
    }
  }

  private static byte[] rewritten(ModelBytes bytes, List<Attention> found) {
    Additions additions = new Additions();
    MessageWriter before = new MessageWriter().all(isOneToken(found.get(0).node.input(QUERY)));
    Map<List<Float>, String> factors = new LinkedHashMap<>();
    for (Attention attention : found) {
      String factor =
          factors.computeIfAbsent(
              attention.factors(),
              values -> {
                String name = PREFIX + "scale_" + factors.size();
                before.message(Fields.GRAPH_NODE, ConstantTensor.node(name, values));
                return name;
              });
      additions.replace(attention.node.region(), attention.choice(bytes, factor).toBytes());
    }
    additions.insertBefore(found.get(0).node.region(), before);
    return additions.applyTo(bytes);
  }

  /** Nodes that tell whether there is one new token; queries are {@code [batch, new, size]}. */
  private static MessageWriter isOneToken(String query) {
    String shape = PREFIX + "query_shape";
    String one = PREFIX + "one";
    String tokens = PREFIX + "tokens";
    return new MessageWriter()
        .message(Fields.GRAPH_NODE, new NewNode("Shape", List.of(query), shape).message())
        .message(Fields.GRAPH_NODE, ConstantTensor.node(one, 1))
        .message(Fields.GRAPH_NODE, new NewNode("Gather", List.of(shape, one), tokens).message())
        .message(Fields.GRAPH_NODE, new NewNode("Equal", List.of(tokens, one), IS_ONE).message());
  }

  /** One operator that may be changed. */
  private static final class Attention {

    private final OnnxNode node;
    private final int heads;
    private final int keyHeads;
    private final int headSize;
    private final float scale;

    private Attention(OnnxNode node, int heads, int keyHeads, int headSize, float scale) {
      this.node = node;
      this.heads = heads;
      this.keyHeads = keyHeads;
      this.headSize = headSize;
      this.scale = scale;
    }

    /** Null if the node is something else, or may not be changed. */
    static @Nullable Attention of(OnnxGraph graph, OnnxNode node) {
      if (!node.operator().equals(SharedAttention.OPERATOR)) {
        return null;
      }
      ModelBytes bytes = graph.bytes();
      Region past = graph.inputs().get(node.input(PAST_KEY));
      if (past == null || ValueInfo.type(bytes, past) != Fields.TYPE_FLOAT) {
        return null;
      }
      List<Long> shape = ValueInfo.shape(bytes, past);
      long headSize = shape.size() == 4 ? shape.get(3) : -1;
      long heads = node.integerAttribute(bytes, "num_heads", 0);
      long keyHeads = node.integerAttribute(bytes, "kv_num_heads", 0);
      if (headSize <= 0 || heads <= 0 || keyHeads <= 0 || !isPlain(bytes, node)) {
        return null;
      }
      float scale = node.realAttribute(bytes, SCALE, 0);
      return new Attention(
          node,
          Math.toIntExact(heads),
          Math.toIntExact(keyHeads),
          Math.toIntExact(headSize),
          scale == 0 ? (float) (1 / Math.sqrt((double) headSize)) : scale);
    }

    private static boolean isPlain(ModelBytes bytes, OnnxNode node) {
      List<String> inputs = node.inputs();
      boolean further =
          inputs.stream().skip(LAST_KNOWN_INPUT + 1L).anyMatch(input -> !input.isEmpty());
      if (further || node.outputs().size() != OUTPUTS || node.outputs().contains("")) {
        return false;
      }
      for (String name : node.attributes(bytes)) {
        Long plain = PLAIN.get(name);
        boolean neutral =
            plain == null
                ? KNOWN.contains(name)
                : node.integerAttribute(bytes, name, plain) == plain
                    && node.realAttribute(bytes, name, 0) == 0;
        if (!neutral) {
          return false;
        }
      }
      return true;
    }

    /** What the queries are multiplied with; where keys and values follow them, those are not. */
    List<Float> factors() {
      if (!node.input(KEY).isEmpty()) {
        return List.of(scale);
      }
      List<Float> factors = new ArrayList<>(Collections.nCopies(heads * headSize, scale));
      factors.addAll(Collections.nCopies(2 * keyHeads * headSize, 1f));
      return factors;
    }

    MessageWriter choice(ModelBytes bytes, String factor) {
      String[] outputs = node.outputs().toArray(new String[0]);
      return new NewNode("If", List.of(IS_ONE), outputs)
          .with("then_branch", oneToken(bytes, factor))
          .with("else_branch", severalTokens(bytes))
          .message();
    }

    private MessageWriter oneToken(ModelBytes bytes, String factor) {
      List<String> inputs = new ArrayList<>(node.inputs());
      List<String> outputs = outputs("_one");
      String scaled = name("_scaled");
      NewNode scaling = new NewNode("Mul", List.of(inputs.set(QUERY, scaled), factor), scaled);
      List<String> withScores = new ArrayList<>(outputs);
      withScores.add(name("_scores"));
      NewNode attention =
          operator(inputs, withScores)
              .withAll(bytes, node, Set.of(SCALE, SCORES))
              .with(SCALE, 1f)
              .with(SCORES, 1);
      return branch(outputs, scaling, attention);
    }

    private MessageWriter severalTokens(ModelBytes bytes) {
      List<String> outputs = outputs("_several");
      return branch(outputs, operator(node.inputs(), outputs).withAll(bytes, node, Set.of()));
    }

    private static NewNode operator(List<String> inputs, List<String> outputs) {
      return new NewNode("GroupQueryAttention", inputs, outputs.toArray(new String[0])).microsoft();
    }

    private List<String> outputs(String branch) {
      List<String> names = new ArrayList<>();
      for (String output : node.outputs()) {
        names.add(PREFIX + output + branch);
      }
      return names;
    }

    private String name(String suffix) {
      return PREFIX + node.outputs().get(0) + suffix;
    }

    private static MessageWriter branch(List<String> outputs, NewNode... nodes) {
      MessageWriter branch = new MessageWriter();
      for (NewNode node : nodes) {
        branch.message(Fields.GRAPH_NODE, node.message());
      }
      branch.text(Fields.GRAPH_NAME, outputs.get(0));
      outputs.forEach(output -> branch.message(Fields.GRAPH_OUTPUT, ValueInfo.untyped(output)));
      return branch;
    }
  }
}
