package io.loquent.runtime.model;

import io.loquent.GenerationOptions;
import io.loquent.InvalidRequestException;
import io.loquent.ModelConfig;
import io.loquent.ModelInfo;
import io.loquent.decoding.DecodingState;
import io.loquent.runtime.onnx.GraphEdit;
import io.loquent.runtime.onnx.HiddenStateOutput;
import io.loquent.runtime.onnx.ModelEdit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** A decoder, with or without an encoder, that continues sequences step by step. */
final class SteppedModel extends LoadedModel {

  private static final long MOST_IDLE_BYTES = 256L << 20;

  private final ModelParts parts;
  private final SessionFactory sessions;
  private final ModelConfig opening;
  private final boolean ownsEncoder;
  private final NativeBuffers buffers;
  private final @Nullable EncoderPass encoder;
  private final int vocabularySize;
  private final ModelInfo info;
  private @Nullable DecoderGraphs withHiddenStates;

  private SteppedModel(
      ModelParts parts, SessionFactory sessions, ModelConfig opening, boolean ownsEncoder) {
    buffers = new NativeBuffers(MOST_IDLE_BYTES, opening.memoryLimitBytes().orElse(Long.MAX_VALUE));
    this.parts = parts;
    this.sessions = sessions;
    this.opening = opening;
    this.ownsEncoder = ownsEncoder;
    vocabularySize = parts.decoder().vocabularySize(parts.config());
    encoder =
        parts
            .encoder()
            .map(
                graph ->
                    new EncoderPass(graph, buffers, parts.encoderInputNames(), parts.padToken()))
            .orElse(null);
    info = ModelDescription.describe(parts, vocabularySize);
  }

  static SteppedModel open(
      ModelFiles files, ModelConfig config, SessionFactory sessions, List<String> findings) {
    ModelParts parts = ModelParts.open(files, config, sessions, findings);
    try {
      return new SteppedModel(parts, sessions, config, true);
    } catch (RuntimeException e) {
      parts.close();
      throw e;
    }
  }

  @Override
  public LoadedModel upToExit(int layer) {
    ModelParts cut = parts.upToExit(layer, opening.graphAdditions(), sessions);
    try {
      return new SteppedModel(cut, sessions, opening, false);
    } catch (RuntimeException e) {
      cut.decoder().close();
      throw e;
    }
  }

  @Override
  public ModelInfo info() {
    return info;
  }

  @Override
  public GenerationOptions defaults() {
    return parts.config().defaults();
  }

  @Override
  public OptionalInt contextLength() {
    return info.contextLength();
  }

  @Override
  public boolean quantizesActivations() {
    return parts.quantizesActivations();
  }

  @Override
  public int inputVocabularySize() {
    return Math.max(vocabularySize, parts.config().integer("vocab_size").orElse(0));
  }

  @Override
  public boolean isEncoderDecoder() {
    return encoder != null;
  }

  @Override
  public boolean readsTokens() {
    return encoder == null || encoder.readsTokens();
  }

  @Override
  public int lentBuffers() {
    return buffers.lent();
  }

  @Override
  public Object batchKey(PromptRow row) {
    int decoderLength = row.ids().length;
    if (encoder == null) {
      return toleratesPadding() ? 0 : decoderLength;
    }
    int[] ids = row.encoderIds();
    int encoderLength = ids == null || encoder.toleratesPadding() ? 0 : ids.length;
    Object shape = row.features() == null ? "" : row.features().shape();
    return List.of(decoderLength, encoderLength, shape);
  }

  @Override
  public boolean rowsJoinAtAnyLength() {
    DecoderGraphs graphs = parts.decoder();
    boolean lengthless =
        graphs.hasCache()
            && graphs.states.stream().allMatch(s -> s.kind() == StateTensor.Kind.FIXED);
    return parts.sharesBuffers() || graphs.toleratesLeftPadding() || lengthless;
  }

  private boolean toleratesPadding() {
    DecoderGraphs graphs = parts.decoder();
    // A shared buffer is padded on the right, where a last column of logits would be padding.
    return parts.sharesBuffers()
        ? !graphs.answersOnlyForLastColumn(graphs.first)
        : graphs.toleratesLeftPadding();
  }

  @Override
  public void check(List<PromptRow> rows, boolean hiddenStates, boolean useCache) {
    if (!useCache && parts.isRecurrent()) {
      throw new InvalidRequestException(
          "use_cache is false, but the decoder of "
              + info.name()
              + " is recurrent and has no cache that could be left out; remove the option");
    }
    checkTogether(rows);
    if (hiddenStates) {
      withHiddenStates();
    }
  }

  @Override
  public DecodingState open(List<PromptRow> rows, OpenOptions options, RunControl control) {
    DecoderGraphs graphs = options.hiddenStates() ? withHiddenStates() : parts.decoder();
    boolean recompute = !graphs.hasCache() || !options.useCache();
    Map<String, RowTensor> constants = new LinkedHashMap<>();
    Map<String, RowTensor> initial = new HashMap<>();
    try {
      if (encoder != null) {
        encode(encoder, rows, control, constants, initial);
      }
      StateContext context =
          new StateContext(
              graphs,
              buffers,
              rows,
              constants,
              initial,
              control,
              vocabularySize,
              parts.padToken(),
              options.hiddenStates() ? HiddenStateOutput.NAME : "",
              options.allPositions(),
              options.expectedTokens());
      return recompute
          ? new RecomputeState(context)
          : parts.sharesBuffers() ? new SharedBufferState(context) : new CachedState(context);
    } catch (RuntimeException | Error e) {
      constants.values().forEach(RowTensor::close);
      initial.values().forEach(RowTensor::close);
      throw e;
    }
  }

  @Override
  public DecodingState resume(
      PromptRow row, OpenOptions options, RunControl control, KeptCache kept) {
    DecoderGraphs graphs = parts.decoder();
    if (!kept.suits(graphs) || options.hiddenStates() || !options.useCache()) {
      kept.close();
      return open(List.of(row), options, control);
    }
    try {
      StateContext context =
          new StateContext(
              graphs,
              buffers,
              List.of(row),
              new LinkedHashMap<>(),
              new HashMap<>(),
              control,
              vocabularySize,
              parts.padToken(),
              "",
              options.allPositions(),
              options.expectedTokens());
      return parts.sharesBuffers()
          ? SharedBufferState.continuing(context, kept)
          : CachedState.continuing(context, kept);
    } catch (RuntimeException | Error e) {
      kept.close();
      throw e;
    }
  }

  @Override
  public Optional<KeptCache> keep(DecodingState state, int[] tokens) {
    return state instanceof GraphState graphState
        ? Optional.ofNullable(graphState.keep(tokens))
        : Optional.empty();
  }

  @Override
  public void relieveBy(BooleanSupplier giver) {
    buffers.relieveBy(giver);
  }

  private void checkTogether(List<PromptRow> rows) {
    Object key = batchKey(rows.get(0));
    if (!rows.stream().allMatch(row -> batchKey(row).equals(key))) {
      throw new InvalidRequestException(
          "guidance_scale runs the prompt and the negative prompt together, and "
              + info.name()
              + " cannot do that with prompts of unequal length, because its graph cannot tell"
              + " padding from text; give a negative prompt of the same length");
    }
  }

  private void encode(
      EncoderPass encoderPass,
      List<PromptRow> rows,
      RunControl control,
      Map<String, RowTensor> constants,
      Map<String, RowTensor> initial) {
    DecoderGraphs graphs = parts.decoder();
    Set<String> wanted = new LinkedHashSet<>(parts.initialStates().values());
    graphs
        .constants
        .values()
        .forEach(
            source -> {
              if (!source.isInput()) {
                wanted.add(source.name());
              }
            });
    Map<String, RowTensor> encoded = encoderPass.run(rows, wanted, control);
    try {
      parts.initialStates().forEach((input, output) -> initial.put(input, take(encoded, output)));
      graphs.constants.forEach(
          (input, source) ->
              constants.put(
                  input, take(encoded, source.isInput() ? encoderPass.maskName() : source.name())));
    } finally {
      encoded.values().forEach(RowTensor::close);
    }
  }

  /** Each consumer gets a tensor of its own, because states change theirs. */
  private static RowTensor take(Map<String, RowTensor> encoded, String name) {
    RowTensor tensor = encoded.get(name);
    if (tensor == null) {
      throw new InvalidRequestException(
          "the decoder needs \""
              + name
              + "\", which the encoder did not give; it gave "
              + encoded.keySet());
    }
    return tensor.copy();
  }

  private synchronized DecoderGraphs withHiddenStates() {
    if (withHiddenStates == null) {
      DecoderGraphs plain = parts.decoder();
      Graph first = edited(plain.first, plain.names.logits());
      try {
        Graph next = plain.isSplit() ? edited(plain.next, plain.names.logits()) : first;
        withHiddenStates = plain.over(first, next);
      } catch (RuntimeException e) {
        first.close();
        throw e;
      }
    }
    return withHiddenStates;
  }

  private Graph edited(Graph graph, String logits) {
    List<ModelEdit> edits = graph.edits();
    GraphEdit edit =
        edits.isEmpty()
            ? HiddenStateOutput.add(graph.file(), logits)
            : HiddenStateOutput.add(DecoderOpening.edited(graph.file(), edits), logits);
    Optional<byte[]> model = edit.model();
    if (!model.isPresent()) {
      throw new InvalidRequestException(
          "contrastive search (penalty_alpha) needs the decoder's last hidden state, and "
              + graph.file()
              + " does not show where it is: "
              + edit.reason());
    }
    List<ModelEdit> all = new ArrayList<>(edits);
    all.add(grown -> HiddenStateOutput.add(grown, logits));
    return sessions.open(graph.file(), model.get(), all);
  }

  @Override
  public synchronized void close() {
    if (withHiddenStates != null) {
      withHiddenStates.close();
    }
    if (ownsEncoder) {
      parts.close();
    } else {
      parts.decoder().close();
    }
  }
}
