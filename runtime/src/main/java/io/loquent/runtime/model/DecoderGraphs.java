package io.loquent.runtime.model;

import ai.onnxruntime.OnnxJavaType;
import io.loquent.ModelLoadException;
import io.loquent.runtime.onnx.LogitsPositions;
import io.loquent.runtime.onnx.SharedAttention;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The decoder's one or two graphs, and how their inputs and outputs belong together. Thread-safe
 * until closed.
 *
 * <p>{@code first} starts a sequence and {@code next} continues it; they are the same graph unless
 * the export is split.
 */
final class DecoderGraphs implements AutoCloseable {

  private static final String ENCODED = "encoder_hidden_states";

  final Graph first;
  final Graph next;
  final GraphNames names;
  final List<StateTensor> states;

  /** Whether {@code next} takes one row of encoder constants for many rows of tokens. */
  final Broadcasting broadcasting = new Broadcasting();

  /** Whether {@code next} takes several tokens of each row in one run. */
  final SeveralTokens severalTokens;

  /** Constant inputs by name, and what they come from: {@code mask}, or an encoder output. */
  final Map<String, EncoderSource> constants;

  private DecoderGraphs(
      Graph first,
      Graph next,
      GraphNames names,
      List<StateTensor> states,
      Map<String, EncoderSource> constants) {
    this.first = first;
    this.next = next;
    this.names = names;
    this.states = List.copyOf(states);
    this.constants = constants;
    severalTokens = new SeveralTokens(continuesWithSeveralTokens() && answersForEach(next));
  }

  /**
   * Where a constant input of the decoder comes from.
   *
   * @param name an output of the encoder; or one of its inputs
   * @param isInput whether it is an input
   */
  record EncoderSource(String name, boolean isInput) {}

  /** Binds graphs that follow the exporters' naming conventions. */
  static DecoderGraphs bind(
      Graph first, Optional<Graph> withPast, Optional<Graph> encoder, FolderConfig config) {
    Graph next = withPast.orElse(first);
    GraphNames names = GraphNames.of(config);
    if (!first.hasInput(names.tokens())) {
      throw new ModelLoadException(
          first.file()
              + ": no input \""
              + names.tokens()
              + "\"; a decoder reads token ids; it has "
              + first.inputs().keySet());
    }
    if (first.hasInput(ENCODED) && !encoder.isPresent()) {
      throw new ModelLoadException(
          first.file()
              + ": it reads \"encoder_hidden_states\", so it is half of an encoder-decoder, but"
              + " there is no encoder_model.onnx (of the same precision) beside it");
    }
    List<StateTensor> states = new ArrayList<>();
    for (TensorSpec input : next.inputs().values()) {
      if (names.isState(input)) {
        states.add(state(first, next, input, names, config));
      }
    }
    DecoderGraphs graphs =
        new DecoderGraphs(first, next, names, states, constants(first, next, encoder));
    graphs.checkInputs();
    return graphs;
  }

  /** Binds a decoder whose states {@code states.json} declares. */
  static DecoderGraphs declared(
      Graph decoder,
      GraphNames names,
      List<StateTensor> states,
      Map<String, EncoderSource> constants) {
    DecoderGraphs graphs = new DecoderGraphs(decoder, decoder, names, states, constants);
    graphs.checkInputs();
    return graphs;
  }

  /** The same binding over graphs that were opened again with more outputs. */
  DecoderGraphs over(Graph otherFirst, Graph otherNext) {
    return new DecoderGraphs(otherFirst, otherNext, names, states, constants);
  }

  private static StateTensor state(
      Graph first, Graph next, TensorSpec input, GraphNames names, FolderConfig config) {
    String present = names.present(input.name());
    boolean cross = input.name().contains(".encoder.") || input.name().contains("cross");
    TensorSpec output = (cross ? first : next).outputs().get(present);
    if (output == null) {
      throw new ModelLoadException(
          next.file()
              + ": the state input \""
              + input.name()
              + "\" has no output \""
              + present
              + "\""
              + (cross ? " in " + first.name() : "")
              + "; outputs are "
              + (cross ? first : next).outputs().keySet());
    }
    StateTensor.Kind kind =
        cross
            ? StateTensor.Kind.CROSS
            : input.lengthAxis() >= 0 ? StateTensor.Kind.GROWING : StateTensor.Kind.FIXED;
    return StateTensor.of(next.name(), input, output, kind, config);
  }

  private static Map<String, EncoderSource> constants(
      Graph first, Graph next, Optional<Graph> encoder) {
    Map<String, EncoderSource> constants = new LinkedHashMap<>();
    for (Graph graph : List.of(first, next)) {
      if (graph.hasInput("encoder_attention_mask")) {
        constants.put("encoder_attention_mask", new EncoderSource("attention_mask", true));
      }
      if (graph.hasInput(ENCODED) && encoder.isPresent()) {
        constants.put(ENCODED, new EncoderSource(hiddenStates(encoder.get()), false));
      }
    }
    return constants;
  }

  private static String hiddenStates(Graph encoder) {
    if (encoder.outputs().containsKey("last_hidden_state")) {
      return "last_hidden_state";
    }
    if (encoder.outputs().size() == 1) {
      return encoder.outputs().keySet().iterator().next();
    }
    throw new ModelLoadException(
        encoder.file() + ": no output \"last_hidden_state\"; it has " + encoder.outputs().keySet());
  }

  private void checkInputs() {
    for (Graph graph : List.of(first, next)) {
      StepInputs.check(graph, names);
      List<String> unknown = new ArrayList<>(graph.inputs().keySet());
      unknown.removeIf(
          input ->
              input.equals(names.tokens())
                  || StepInputs.NAMES.contains(names.standardName(input))
                  || constants.containsKey(input)
                  || states.stream().anyMatch(state -> state.input().equals(input)));
      if (!unknown.isEmpty()) {
        throw new ModelLoadException(
            graph.file()
                + ": cannot tell what to feed to "
                + unknown
                + "; known are "
                + names.tokens()
                + ", "
                + String.join(", ", new java.util.TreeSet<>(StepInputs.NAMES))
                + ", encoder_hidden_states, encoder_attention_mask and past* states that have a"
                + " present* output");
      }
      OnnxJavaType type = logits(graph).type();
      if (type != OnnxJavaType.FLOAT
          && type != OnnxJavaType.FLOAT16
          && type != OnnxJavaType.BFLOAT16) {
        throw new ModelLoadException(
            graph.file()
                + ": output \""
                + names.logits()
                + "\" has type "
                + type
                + "; supported are FLOAT, FLOAT16 and BFLOAT16");
      }
    }
  }

  TensorSpec logits(Graph graph) {
    TensorSpec spec = graph.outputs().get(names.logits());
    if (spec == null) {
      throw new ModelLoadException(
          graph.file()
              + ": no output \""
              + names.logits()
              + "\"; a graph without a language-model head cannot generate; it has "
              + graph.outputs().keySet());
    }
    if (spec.rank() < 2 || spec.rank() > 3) {
      throw new ModelLoadException(
          graph.file()
              + ": output \""
              + names.logits()
              + "\" must have shape [batch, vocabulary] or [batch, sequence, vocabulary]; it has "
              + spec.describeShape());
    }
    return spec;
  }

  /** Length of a logits vector: the graph's, else the configuration's. */
  int vocabularySize(FolderConfig config) {
    TensorSpec spec = logits(first);
    long declared = spec.shape().get(spec.rank() - 1);
    if (declared > 0) {
      return (int) declared;
    }
    return config
        .integer("vocab_size")
        .orElseThrow(
            () ->
                new ModelLoadException(
                    first.file()
                        + ": the vocabulary size is declared neither by the output \""
                        + names.logits()
                        + "\" "
                        + spec.describeShape()
                        + " nor by config.json (vocab_size)"));
  }

  /** Whether the attention was changed, while the graph was loaded, to share buffers. */
  boolean sharesAttention() {
    return first.edits().stream().anyMatch(edit -> edit instanceof SharedAttention);
  }

  boolean isSplit() {
    return first != next;
  }

  boolean isMerged() {
    return next.hasInput(StepInputs.CACHE_BRANCH);
  }

  boolean hasCache() {
    return !states.isEmpty();
  }

  /** Whether the starting graph gives a cache that no graph takes: half of a split export. */
  boolean wastesCache() {
    return !hasCache()
        && first.outputs().keySet().stream().anyMatch(output -> output.startsWith("present"));
  }

  /**
   * Whether the graph can tell padding from text, so that prompts of unequal length go together.
   */
  boolean toleratesLeftPadding() {
    return hasMaskAndPositions(first)
        && hasMaskAndPositions(next)
        && states.stream().noneMatch(state -> state.kind() == StateTensor.Kind.FIXED);
  }

  /** Whether a graph is told how long its rows are. */
  boolean countsColumns(Graph graph) {
    return graph.inputs().keySet().stream()
        .map(names::standardName)
        .anyMatch(
            name ->
                name.equals(StepInputs.MASK)
                    || name.equals(StepInputs.POSITIONS)
                    || name.equals("decoder_attention_mask")
                    || name.equals("cache_position"));
  }

  /** Whether the decoder is told which of the encoder's positions are padding. */
  boolean masksEncoder() {
    return constants.values().stream().anyMatch(EncoderSource::isInput);
  }

  private boolean hasMaskAndPositions(Graph graph) {
    boolean mask = false;
    boolean positions = false;
    for (String input : graph.inputs().keySet()) {
      mask |= names.standardName(input).equals(StepInputs.MASK);
      positions |= names.standardName(input).equals(StepInputs.POSITIONS);
    }
    return mask && positions;
  }

  /** Whether a graph gives the logits of its last column only, whatever it is asked. */
  boolean answersOnlyForLast(Graph graph) {
    TensorSpec spec = logits(graph);
    return graph == first && spec.rank() == 3 && spec.shape().get(1) == 1;
  }

  /** Whether a graph gives the logits of each column where it is asked for them. */
  boolean answersForEach(Graph graph) {
    TensorSpec spec = logits(graph);
    return spec.rank() == 3 && spec.shape().get(1) != 1;
  }

  /**
   * Whether the logits of the last column are all that a graph gives, at least where no more than
   * the newest are asked for.
   */
  boolean answersOnlyForLastColumn(Graph graph) {
    boolean keeps = graph.hasInput("num_logits_to_keep") || graph.hasInput("logits_to_keep");
    return answersOnlyForLast(graph) || (keeps && !graph.hasInput(LogitsPositions.INPUT));
  }

  /** How many new tokens the continuing graph takes at once. */
  boolean continuesWithSeveralTokens() {
    TensorSpec tokens = next.inputs().get(names.tokens());
    return tokens != null && tokens.rank() == 2 && tokens.isFree(1);
  }

  @Override
  public void close() {
    first.close();
    if (isSplit()) {
      next.close();
    }
  }
}
