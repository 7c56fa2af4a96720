package io.loquent.runtime.model;

import io.loquent.GenerationOptions;
import io.loquent.ModelConfig;
import io.loquent.ModelInfo;
import io.loquent.ModelLoadException;
import io.loquent.decoding.DecodingState;
import io.loquent.decoding.parallel.ParallelModel;
import io.loquent.decoding.parallel.ParallelModel.Family;
import io.loquent.decoding.parallel.ParallelState;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** A model for parallel decoding: its graphs see all slots, frames or vertices at once. */
final class NonAutoregressiveModel extends LoadedModel {

  static final String LOGITS = "logits";
  private static final long MOST_IDLE_BYTES = 256L << 20;

  private final ModelFiles files;
  private final ParallelModel model;
  private final NativeBuffers buffers;
  private final ModelInfo info;

  /** The encoder, or the only graph of a family that runs once. */
  private final @Nullable EncoderPass encoder;

  /** What looks at canvases. */
  private final @Nullable DecoderGraphs decoder;

  private NonAutoregressiveModel(
      ModelFiles files,
      ParallelFamily family,
      ModelConfig config,
      @Nullable Graph encoderGraph,
      Graph graph) {
    this.files = files;
    buffers = new NativeBuffers(MOST_IDLE_BYTES, config.memoryLimitBytes().orElse(Long.MAX_VALUE));
    boolean runsOnce =
        family.family() == Family.DIRECTED_ACYCLIC
            || (family.family() == Family.CTC && encoderGraph == null);
    int vocabularySize = vocabularySize(graph, files.config());
    int pad = files.config().padToken();
    if (runsOnce) {
      FrameState.check(graph, family.family());
      encoder = new EncoderPass(graph, buffers, Map.of(), pad);
      decoder = null;
    } else {
      CanvasOutput.check(graph);
      Optional<Graph> beside = Optional.ofNullable(encoderGraph);
      encoder = beside.map(opened -> new EncoderPass(opened, buffers, Map.of(), pad)).orElse(null);
      decoder = DecoderGraphs.bind(graph, Optional.empty(), beside, files.config());
    }
    model = family.describe(files, vocabularySize, looksAtParts(decoder));
    info = ParallelDescription.describe(files, family, model, graphs(), vocabularySize);
  }

  /** A run over a part of a canvas has to say which part it is, and what else is to be seen. */
  private static boolean looksAtParts(@Nullable DecoderGraphs decoder) {
    return decoder != null
        && decoder.hasCache()
        && decoder.first.hasInput(StepInputs.MASK)
        && decoder.first.hasInput(StepInputs.POSITIONS);
  }

  static NonAutoregressiveModel open(
      ModelFiles files, ModelConfig config, SessionFactory sessions, List<String> findings) {
    ParallelFamily family = ParallelFamily.of(files).orElseThrow(IllegalStateException::new);
    findings.add("family: " + family.family() + ", because " + family.reason());
    List<Graph> opened = new ArrayList<>();
    try {
      Graph encoder = null;
      if (files.layout().encoder().isPresent()) {
        encoder = sessions.open(files.layout().encoder().get());
        opened.add(encoder);
      }
      Graph graph = sessions.open(files.layout().decoder());
      opened.add(graph);
      return new NonAutoregressiveModel(files, family, config, encoder, graph);
    } catch (RuntimeException e) {
      opened.forEach(Graph::close);
      throw e;
    }
  }

  /** The output with the scores of tokens. */
  static TensorSpec logits(Graph graph) {
    TensorSpec logits = graph.outputs().get(LOGITS);
    if (logits == null || logits.rank() != 3) {
      throw new ModelLoadException(
          graph.file()
              + ": an output \"logits\" of shape [batch, length, vocabulary] is needed; it has "
              + (logits == null ? graph.outputs().keySet() : logits.describeShape()));
    }
    return logits;
  }

  private static int vocabularySize(Graph graph, FolderConfig config) {
    long declared = logits(graph).shape().get(2);
    return declared > 0
        ? (int) declared
        : config
            .integer("vocab_size")
            .orElseThrow(
                () ->
                    new ModelLoadException(
                        graph.file()
                            + ": the vocabulary size is declared neither by the output \"logits\""
                            + " nor by config.json (vocab_size)"));
  }

  private List<Graph> graphs() {
    List<Graph> graphs = new ArrayList<>();
    if (encoder != null) {
      graphs.add(encoder.graph());
    }
    if (decoder != null) {
      graphs.add(decoder.first);
    }
    return graphs;
  }

  @Override
  public ModelInfo info() {
    return info;
  }

  @Override
  public GenerationOptions defaults() {
    return files.config().defaults();
  }

  @Override
  public OptionalInt contextLength() {
    return info.contextLength();
  }

  @Override
  public boolean quantizesActivations() {
    return files.quantizesActivations();
  }

  @Override
  public int inputVocabularySize() {
    return Math.max(model.vocabularySize(), files.config().integer("vocab_size").orElse(0));
  }

  @Override
  public boolean isEncoderDecoder() {
    return encoder != null || model.family() == Family.MASKED_LANGUAGE_MODEL;
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
    if (encoder == null) {
      // Canvases of unequal length need a mask.
      boolean masks = decoder != null && decoder.first.hasInput(StepInputs.MASK);
      return masks ? 0 : new Object();
    }
    int[] ids = row.encoderIds();
    int length = ids == null || encoder.toleratesPadding() ? 0 : ids.length;
    return List.of(length, row.features() == null ? "" : row.features().shape());
  }

  @Override
  public boolean rowsJoinAtAnyLength() {
    return false;
  }

  @Override
  public void check(List<PromptRow> rows, boolean hiddenStates, boolean useCache) {
    // Its searches know what the family can do.
  }

  @Override
  public DecodingState open(List<PromptRow> rows, OpenOptions options, RunControl control) {
    throw new IllegalStateException(info.name() + " does not decode step by step");
  }

  @Override
  public LoadedModel upToExit(int layer) {
    throw new ModelLoadException(
        info.name() + " does not decode token by token, so it has no early exit to guess with");
  }

  @Override
  public Optional<ParallelModel> parallel() {
    return Optional.of(model);
  }

  @Override
  public boolean encodesWithoutDecoding() {
    return decoder != null;
  }

  @Override
  public ParallelState openParallel(List<PromptRow> rows, boolean keepsCache, RunControl control) {
    int pad = files.config().padToken();
    if (decoder == null) {
      return new FrameState(Objects.requireNonNull(encoder), model, rows, control);
    }
    return encoder == null
        ? new DiffusionState(
            decoder, buffers, model.vocabularySize(), rows.size(), control, pad, keepsCache)
        : new CanvasState(encoder, decoder, buffers, model, rows, control, pad);
  }

  @Override
  public void close() {
    graphs().forEach(Graph::close);
  }
}
