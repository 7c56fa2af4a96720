package io.loquent.runtime.model;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import io.loquent.InferenceException;
import io.loquent.ModelLoadException;
import io.loquent.runtime.model.AttentionSample.Sizes;
import io.loquent.runtime.model.ProbeRun.Output;
import io.loquent.runtime.onnx.AttentionBlock;
import io.loquent.runtime.onnx.PlainAttention;
import io.loquent.runtime.onnx.ProbeModel;
import io.loquent.runtime.onnx.SharedAttention;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Proves that a decoder's attention in small nodes is plain causal attention, by running it: all
 * blocks are cut out of the graph and given random queries, keys and values, and what they give is
 * compared with the definition. Nothing is believed of the nodes themselves, so whatever an
 * exporter writes is accepted if it computes the right thing, and a sliding window, a bias or a cap
 * on the scores is found wherever it hides. Confined to one thread.
 */
final class AttentionProof {

  /** Rounding in single precision stays far below it, and any other weight far above. */
  static final double MOST_ERROR = 2e-5;

  private static final double MOST_HALF_ERROR = 6e-2;
  private static final double MOST_SCORE_AT_ADMITTED = 1e-6;
  private static final int CONTEXT_IF_UNKNOWN = 4096;

  /** A mask over the whole context is looked at if the inputs for that are not larger. */
  private static final long MOST_CONTEXT_ELEMENTS = 16L << 20;

  private static final int ONNX_FLOAT = 1;
  private static final int ONNX_INT32 = 6;
  private static final int ONNX_INT64 = 7;
  private static final int ONNX_FLOAT16 = 10;

  private final SessionFactory sessions;
  private final Path file;
  private final PlainAttention attention;
  private final List<AttentionBlock> blocks;
  private final FolderConfig config;
  private final String tokens;
  private final OnnxJavaType type;
  private String reason = "";

  AttentionProof(
      SessionFactory sessions,
      Path file,
      PlainAttention attention,
      FolderConfig config,
      String tokens) {
    this.sessions = sessions;
    this.file = file;
    this.attention = attention;
    this.config = config;
    this.tokens = tokens;
    blocks = attention.blocks();
    type = blocks.isEmpty() ? OnnxJavaType.UNKNOWN : javaType(blocks.get(0).pastKey());
  }

  private OnnxJavaType javaType(String input) {
    return switch (attention.type(input)) {
      case ONNX_FLOAT -> OnnxJavaType.FLOAT;
      case ONNX_FLOAT16 -> OnnxJavaType.FLOAT16;
      case ONNX_INT32 -> OnnxJavaType.INT32;
      case ONNX_INT64 -> OnnxJavaType.INT64;
      default -> OnnxJavaType.UNKNOWN;
    };
  }

  /** Why there is no proof: half a sentence. */
  String reason() {
    return reason;
  }

  /** Returns the change that was proven right; empty if it was not. */
  Optional<SharedAttention> prove() {
    reason = blocks.isEmpty() ? attention.reason() : "";
    Sizes sizes = reason.isEmpty() ? sizes() : null;
    if (sizes == null) {
      return Optional.empty();
    }
    int most = blocks.stream().mapToInt(block -> block.queries().size()).max().orElse(0);
    // The farthest leaves the most to the operator.
    String first = "";
    for (int query = most - 1; query >= 0; query--) {
      Optional<SharedAttention> proven = proveWith(query, sizes);
      if (proven.isPresent()) {
        return proven;
      }
      first = first.isEmpty() ? reason : first;
    }
    reason = first;
    return Optional.empty();
  }

  private @Nullable Sizes sizes() {
    List<Long> shape = attention.shape(blocks.get(0).pastKey());
    if (shape.size() != 4 || shape.get(2) >= 0) {
      reason = "the past has the shape " + shape;
      return null;
    }
    for (AttentionBlock block : blocks) {
      if (!attention.shape(block.pastKey()).equals(shape)
          || !attention.shape(block.pastValue()).equals(shape)) {
        reason = "its layers have caches of unequal shape";
        return null;
      }
    }
    boolean floats = type == OnnxJavaType.FLOAT || type == OnnxJavaType.FLOAT16;
    if (!floats || attention.type(StepInputs.MASK) == 0) {
      reason = floats ? "it has no attention_mask" : "its cache holds neither float nor float16";
      return null;
    }
    int heads = config.integer("num_attention_heads", "n_head", "n_heads", "num_heads").orElse(0);
    int keyHeads =
        shape.get(1) > 0
            ? (int) (long) shape.get(1)
            : config.integer("num_key_value_heads").orElse(heads);
    heads = heads == 0 ? keyHeads : heads;
    int headSize = (int) (long) shape.get(3);
    if (keyHeads <= 0 || headSize <= 0 || heads % keyHeads != 0) {
      reason = heads + " query heads over a cache of shape " + shape + " are not understood";
      return null;
    }
    return new Sizes(heads, keyHeads, headSize);
  }

  /** Tries with one of the tensors that may be the queries. */
  private Optional<SharedAttention> proveWith(int query, Sizes sizes) {
    Optional<ProbeModel> model = attention.wholeBlocks(query);
    if (!model.isPresent()) {
      reason = "its attention depends on other parts of the graph";
      return Optional.empty();
    }
    try (Graph graph = sessions.openProbe(file, model.get().bytes())) {
      Probe probe = new Probe(graph, model.get(), query, sizes);
      List<SharedAttention.Layer> layers = probe.layers();
      if (layers.isEmpty() || !admitsWholeContext(probe.productShape(), sizes)) {
        return Optional.empty();
      }
      SharedAttention.Names names = new SharedAttention.Names(tokens, StepInputs.MASK);
      SharedAttention edit =
          new SharedAttention(names, sizes.heads(), sizes.keyHeads(), sizes.headSize(), layers);
      double error = OperatorCheck.error(sessions, file, edit, type);
      if (error >= mostError()) {
        reason = "GroupQueryAttention computes something else for its sizes";
        return Optional.empty();
      }
      return Optional.of(edit);
    } catch (OrtException | InferenceException | ModelLoadException e) {
      reason = "its attention cannot be run alone (" + firstLine(e) + ")";
      return Optional.empty();
    }
  }

  static String firstLine(Exception e) {
    String message = String.valueOf(e.getMessage());
    int end = message.indexOf('\n');
    return end < 0 ? message : message.substring(0, end);
  }

  private double mostError() {
    return type == OnnxJavaType.FLOAT16 ? MOST_HALF_ERROR : MOST_ERROR;
  }

  /** Feeds what every part of the graph may read beside queries, keys and values. */
  private void feedStandard(ProbeRun run, ProbeModel model, AttentionSample sample) {
    int rows = sample.rows;
    int added = sample.added;
    int width = sample.sizes.heads() * sample.sizes.headSize();
    OnnxTensor hidden = run.zeros(rows, added, width);
    model.shapesOnly().forEach(name -> run.put(name, hidden));
    int[] mask = new int[rows * sample.total()];
    int[] positions = new int[rows * added];
    for (int row = 0; row < rows; row++) {
      int before = 0;
      for (int position = 0; position < sample.total(); position++) {
        mask[row * sample.total() + position] = sample.isAdmitted(row, position) ? 1 : 0;
        if (position >= sample.past) {
          positions[row * added + position - sample.past] = before;
        }
        before += mask[row * sample.total() + position];
      }
    }
    for (String name : List.of(tokens, StepInputs.MASK, StepInputs.POSITIONS)) {
      OnnxJavaType integers = javaType(name);
      if (integers == OnnxJavaType.INT64 || integers == OnnxJavaType.INT32) {
        boolean isMask = name.equals(StepInputs.MASK);
        int[] numbers =
            isMask ? mask : name.equals(tokens) ? specialTokens(rows * added) : positions;
        int columns = isMask ? sample.total() : added;
        run.put(name, run.integers(integers, numbers, rows, columns));
      }
    }
  }

  /** Ids that a mask might leave out. */
  private int[] specialTokens(int count) {
    int[] special = {
      config.integer("pad_token_id").orElse(0),
      config.integer("eos_token_id").orElse(1),
      config.integer("bos_token_id").orElse(2)
    };
    int[] ids = new int[count];
    Arrays.setAll(ids, i -> special[i % special.length]);
    return ids;
  }

  /** All blocks in one graph. */
  private final class Probe {

    private final Graph graph;
    private final ProbeModel model;
    private final int query;
    private final Sizes sizes;
    private long[] productShape = new long[0];

    Probe(Graph graph, ProbeModel model, int query, Sizes sizes) {
      this.graph = graph;
      this.model = model;
      this.query = query;
      this.sizes = sizes;
    }

    /** The shape of a product of queries and keys with one position in all, but for the last. */
    long[] productShape() {
      return productShape;
    }

    private String queryOf(AttentionBlock block) {
      return block.queries().get(Math.min(query, block.queries().size() - 1));
    }

    /** Finds scales and results, and compares; empty if a block is something else. */
    List<SharedAttention.Layer> layers() {
      float[] scales = scales();
      List<SharedAttention.Layer> layers = new ArrayList<>();
      for (AttentionSample sample : samples(sizes)) {
        Map<String, Output> outputs = run(sample);
        for (int i = 0; i < blocks.size(); i++) {
          AttentionBlock block = blocks.get(i);
          String result = result(outputs, block, sample, scales[i]);
          if (result.isEmpty() || (i < layers.size() && !layers.get(i).result().equals(result))) {
            reason =
                "the attention that reads '"
                    + block.pastKey()
                    + "' is not plain causal attention"
                    + (sample.past == 0 ? "" : " behind a past");
            return List.of();
          }
          if (i == layers.size()) {
            layers.add(new SharedAttention.Layer(block, queryOf(block), result, scales[i]));
          }
        }
      }
      return layers;
    }

    /** The tensor that has the shape and the numbers of the result; empty if there is none. */
    private String result(
        Map<String, Output> outputs, AttentionBlock block, AttentionSample sample, float scale) {
      for (String name : block.results()) {
        Output output = outputs.get(name);
        if (output != null
            && output.shape().length == 3
            && output.shape()[0] == sample.rows
            && output.shape()[1] == sample.added
            && output.shape()[2] == (long) sizes.heads() * sizes.headSize()) {
          return sample.error(output.numbers(), scale) < mostError() ? name : "";
        }
      }
      return "";
    }

    private float[] scales() {
      AttentionSample single = new AttentionSample(sizes, 0, 1, new int[] {0}, new int[] {1});
      Map<String, Output> outputs = run(single);
      float[] scales = new float[blocks.size()];
      for (int i = 0; i < scales.length; i++) {
        Output scores = output(outputs, blocks.get(i).scores());
        Output products = output(outputs, blocks.get(i).product());
        productShape = products.shape();
        scales[i] = rounded(single.scale(scores.numbers()));
      }
      return scales;
    }

    /** The usual scale is known exactly; a measured one is only as exact as the graph's type. */
    private float rounded(double measured) {
      double usual = 1 / Math.sqrt(sizes.headSize());
      boolean near = Math.abs(measured / usual - 1) < mostError() / 10;
      return (float) (near ? usual : measured);
    }

    private Map<String, Output> run(AttentionSample sample) {
      try (ProbeRun run = new ProbeRun(type)) {
        feedStandard(run, model, sample);
        int rows = sample.rows;
        int size = sizes.headSize();
        int keyHeads = sizes.keyHeads();
        OnnxTensor queries = run.floats(sample.queries(), rows, sizes.heads(), sample.added, size);
        OnnxTensor pastKeys = run.floats(sample.pastKeys(), rows, keyHeads, sample.past, size);
        OnnxTensor newKeys = run.floats(sample.newKeys(), rows, keyHeads, sample.added, size);
        OnnxTensor pastValues = run.floats(sample.pastValues(), rows, keyHeads, sample.past, size);
        OnnxTensor newValues = run.floats(sample.newValues(), rows, keyHeads, sample.added, size);
        for (AttentionBlock block : blocks) {
          run.put(queryOf(block), queries);
          run.put(block.pastKey(), pastKeys);
          run.put(block.newKey(), newKeys);
          run.put(block.pastValue(), pastValues);
          run.put(block.newValue(), newValues);
        }
        return run.run(graph);
      }
    }
  }

  private static Output output(Map<String, Output> outputs, String name) {
    Output output = outputs.get(name);
    if (output == null) {
      throw new InferenceException("no '" + name + "' came back");
    }
    return output;
  }

  /** A prompt padded on the right; several tokens behind a past padded on the left; one token. */
  private static List<AttentionSample> samples(Sizes sizes) {
    return List.of(
        new AttentionSample(sizes, 0, 4, new int[] {0, 0}, new int[] {4, 2}),
        new AttentionSample(sizes, 5, 3, new int[] {0, 3}, new int[] {8, 8}),
        new AttentionSample(sizes, 6, 1, new int[] {0, 4}, new int[] {7, 7}));
  }

  /** Whether the last position of a full context sees all of it. */
  private boolean admitsWholeContext(long[] productShape, Sizes sizes) throws OrtException {
    int context = config.contextLength().orElse(CONTEXT_IF_UNKNOWN);
    Optional<ProbeModel> model = attention.masking();
    if (!model.isPresent()) {
      reason = "its mask depends on other parts of the graph";
      return false;
    }
    if (blocks.stream().allMatch(block -> block.scores().equals(block.product()))) {
      return true;
    }
    long[] whole = productShape.clone();
    whole[whole.length - 1] = context;
    long[] thin = new long[whole.length];
    Arrays.fill(thin, 1);
    thin[thin.length - 1] = context;
    try (Graph graph = sessions.openProbe(file, model.get().bytes())) {
      String found = scoresOver(graph, model.get(), context, thin, new Sizes(1, 1, 1));
      boolean small = (long) context * sizes.heads() * sizes.headSize() <= MOST_CONTEXT_ELEMENTS;
      if (found == null && small) {
        found = scoresOver(graph, model.get(), context, whole, sizes);
      }
      reason =
          found == null ? "its mask cannot be looked at over " + context + " positions" : found;
    }
    return reason.isEmpty();
  }

  /** Empty if all scores are admitted; null if the graph cannot run with such shapes. */
  private @Nullable String scoresOver(
      Graph graph, ProbeModel model, int context, long[] productShape, Sizes sizes) {
    AttentionSample last =
        new AttentionSample(sizes, context - 1, 1, new int[] {0}, new int[] {context});
    try (ProbeRun run = new ProbeRun(type)) {
      feedStandard(run, model, last);
      OnnxTensor product = run.zeros(productShape);
      OnnxTensor past = run.zeros(1, sizes.keyHeads(), context - 1L, sizes.headSize());
      OnnxTensor added = run.zeros(1, sizes.keyHeads(), 1, sizes.headSize());
      for (AttentionBlock block : blocks) {
        for (String name : List.of(block.pastKey(), block.pastValue())) {
          run.put(name, past);
        }
        for (String name : List.of(block.newKey(), block.newValue())) {
          run.put(name, added);
        }
        run.put(block.product(), product);
      }
      for (Output scores : run.run(graph).values()) {
        boolean all = scores.numbers().length % context == 0;
        for (float score : scores.numbers()) {
          all &= Math.abs(score) <= MOST_SCORE_AT_ADMITTED;
        }
        if (!all) {
          return "its last position does not see all " + context + " positions alike";
        }
      }
      return "";
    } catch (InferenceException e) {
      return null;
    }
  }
}
