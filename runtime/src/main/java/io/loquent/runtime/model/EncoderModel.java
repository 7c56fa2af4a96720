package io.loquent.runtime.model;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import io.loquent.InferenceException;
import io.loquent.InvalidRequestException;
import io.loquent.ModelConfig;
import io.loquent.ModelInfo;
import io.loquent.ModelLoadException;
import io.loquent.runtime.onnx.OnnxSummary;
import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A model that reads text and writes none: one graph from {@code input_ids} to whatever its heads
 * give. Thread-safe until closed.
 */
public final class EncoderModel implements AutoCloseable {

  private static final String IDS = "input_ids";
  private static final String MASK = "attention_mask";
  private static final String TYPES = "token_type_ids";
  private static final String POSITIONS = "position_ids";
  private static final Set<String> INPUTS = Set.of(IDS, MASK, TYPES, POSITIONS);
  private static final long MOST_IDLE_BYTES = 256L << 20;

  private final Path folder;
  private final Path transformerFolder;
  private final List<SentenceModule> modules;
  private final FolderConfig config;
  private final Graph graph;
  private final NativeBuffers buffers;
  private final boolean quantizesActivations;
  private final ModelInfo info;

  private EncoderModel(
      ModelConfig modelConfig,
      Path transformerFolder,
      List<SentenceModule> modules,
      EncoderLayout layout,
      OnnxSummary summary,
      Graph graph) {
    this.folder = modelConfig.folder();
    this.transformerFolder = transformerFolder;
    this.modules = modules;
    config = FolderConfig.read(transformerFolder, true);
    this.graph = graph;
    buffers =
        new NativeBuffers(MOST_IDLE_BYTES, modelConfig.memoryLimitBytes().orElse(Long.MAX_VALUE));
    quantizesActivations = summary.quantizesActivations();
    graph.inputs().values().forEach(this::check);
    if (!graph.hasInput(IDS)) {
      throw new ModelLoadException(
          graph.file()
              + ": an encoder of text needs the input \"input_ids\"; its inputs are "
              + graph.inputs().keySet());
    }
    info = describe(layout);
  }

  /**
   * Opens a folder's graph.
   *
   * @param config the folder, and how to run it
   * @param findings receives what is detected and why, in reading order
   * @return the model, to be closed
   * @throws ModelLoadException if the folder cannot be used; nothing stays open
   */
  public static EncoderModel load(ModelConfig config, List<String> findings) {
    List<SentenceModule> modules = SentenceModule.read(config.folder());
    Path transformer = SentenceModule.transformerFolder(config.folder(), modules);
    EncoderLayout layout =
        EncoderLayout.detect(transformer, config.precision(), ProcessorFeatures.here());
    findings.add("layout: " + layout.reason() + " (precision " + layout.precision() + ")");
    OnnxSummary summary = ModelFiles.checked(layout.file());
    Graph graph = new SessionFactory(config, findings).open(layout.file());
    try {
      return new EncoderModel(config, transformer, modules, layout, summary, graph);
    } catch (RuntimeException | Error e) {
      graph.close();
      throw e;
    }
  }

  private void check(TensorSpec input) {
    if (!INPUTS.contains(input.name())) {
      throw new ModelLoadException(
          graph.file()
              + ": cannot tell what to feed to \""
              + input.name()
              + "\" (type "
              + input.type()
              + "); an encoder of text has the inputs input_ids, attention_mask, token_type_ids"
              + " and position_ids or some of them");
    }
    boolean whole = input.type() == OnnxJavaType.INT64 || input.type() == OnnxJavaType.INT32;
    if (!whole || input.rank() != 2) {
      throw new ModelLoadException(
          graph.file()
              + ": input \""
              + input.name()
              + "\" has type "
              + input.type()
              + " and shape "
              + input.describeShape()
              + "; expected INT64 or INT32 and [batch, length]");
    }
  }

  private ModelInfo describe(EncoderLayout layout) {
    List<ModelInfo.Tensor> tensors = new ArrayList<>();
    ModelDescription.add(graph, List.of(), tensors);
    List<String> notes = new ArrayList<>(config.notes());
    if (quantizesActivations) {
      notes.add(
          "the graph quantizes activations per call: its numbers depend on what runs together, so"
              + " a batched result may differ from a single one in its last digits");
    }
    return new ModelInfo(
        String.valueOf(folder.toAbsolutePath().normalize().getFileName()),
        ModelInfo.Kind.ENCODER,
        layout.reason(),
        layout.precision(),
        config.integer("vocab_size").orElse(0),
        config.contextLength(),
        ModelDescription.tokens(config.defaults()),
        tensors,
        notes);
  }

  /**
   * Describes the model.
   *
   * @return the same object at each call
   */
  public ModelInfo info() {
    return info;
  }

  /**
   * Returns the model folder.
   *
   * @return its path as configured
   */
  public Path folder() {
    return folder;
  }

  /**
   * Returns where the transformer's graph and configuration lie, and its tokenizer unless the model
   * configuration names another folder for it.
   *
   * @return {@link #folder()}, or a folder in it that {@code modules.json} names
   */
  public Path transformerFolder() {
    return transformerFolder;
  }

  /**
   * Returns the modules of a sentence transformer.
   *
   * @return what {@code modules.json} lists, in its order; empty if there is no such file
   */
  public List<SentenceModule> modules() {
    return modules;
  }

  /**
   * Returns the names of the model's classes in the library that trained it.
   *
   * @return {@code architectures} of {@code config.json}
   */
  public List<String> architectures() {
    return config.architectures();
  }

  /**
   * Reads a JSON object from the folder, or if it is not there, from that of the transformer.
   *
   * @param path relative to the folder
   * @return its entries; empty if there is no such file
   * @throws ModelLoadException if the file is there and cannot be read
   */
  public Map<String, @Nullable Object> json(String path) {
    Path file = folder.resolve(path);
    return FolderConfig.read(Files.exists(file) ? file : transformerFolder.resolve(path));
  }

  /**
   * Returns the outputs.
   *
   * @return names in the graph's order, with declared dimensions; -1 where free
   */
  public Map<String, List<Long>> outputs() {
    Map<String, List<Long>> shapes = new LinkedHashMap<>();
    graph.outputs().forEach((name, spec) -> shapes.put(name, spec.shape()));
    return shapes;
  }

  /**
   * Says whether rows of unequal length can go together.
   *
   * @return false for a graph without a mask
   */
  public boolean toleratesPadding() {
    return graph.hasInput(MASK);
  }

  /**
   * Says whether segments of a text pair are told apart.
   *
   * @return true if the graph reads {@code token_type_ids}
   */
  public boolean readsTypeIds() {
    return graph.hasInput(TYPES);
  }

  /**
   * Says whether activations are quantized at each run, so that numbers depend on which rows run
   * together.
   *
   * @return true for dynamic 8-bit quantization
   */
  public boolean quantizesActivations() {
    return quantizesActivations;
  }

  /**
   * Returns how many rows the graph takes at once, if it was exported for one number.
   *
   * @return rows; empty if any number can run together
   */
  public OptionalInt fixedBatch() {
    return fixed(0);
  }

  /**
   * Returns how long rows are, if the graph was exported for one length.
   *
   * @return tokens; empty if any length can run
   */
  public OptionalInt fixedLength() {
    return fixed(1);
  }

  private OptionalInt fixed(int axis) {
    long size = spec(IDS).shape().get(axis);
    return size > 0 ? OptionalInt.of((int) size) : OptionalInt.empty();
  }

  /**
   * Returns how many native buffers are lent to running requests.
   *
   * @return 0 while no request is running
   */
  public int lentBuffers() {
    return buffers.lent();
  }

  /**
   * Runs the graph over rows, padded on the right to the longest.
   *
   * @param rows the rows, at least one
   * @param wanted names of outputs
   * @param control stops the run
   * @return the outputs, to be closed
   * @throws io.loquent.decoding.RunInterruptedException if {@code control} was thrown
   */
  public EncoderOutputs run(List<EncoderRow> rows, Set<String> wanted, RunControl control) {
    int batch = fixedBatch().orElse(rows.size());
    int length = fixedLength().orElse(rows.stream().mapToInt(EncoderRow::length).max().orElse(0));
    refusePadding(rows, length);
    Map<String, OnnxTensor> in = new LinkedHashMap<>();
    Map<String, OnnxTensor> pinned = new LinkedHashMap<>();
    // The inputs' memory goes back when the run is over, the outputs' when they have been read.
    EncoderOutputs inputs = new EncoderOutputs(buffers);
    EncoderOutputs outputs = new EncoderOutputs(buffers);
    try {
      for (TensorSpec input : graph.inputs().values()) {
        in.put(input.name(), tensor(input, rows, batch, length, inputs));
      }
      Set<String> requested = new LinkedHashSet<>();
      for (String name : wanted) {
        long[] shape = sureShape(name, batch, length);
        if (shape == null) {
          requested.add(name);
        } else {
          pinned.put(name, pinned(name, shape, outputs));
        }
      }
      try (OrtSession.Result result = graph.run(in, requested, pinned, control)) {
        for (String name : requested) {
          copy(name, result, outputs);
        }
      }
      return outputs;
    } catch (RuntimeException | Error e) {
      outputs.close();
      throw e;
    } finally {
      in.values().forEach(NativeValues::release);
      pinned.values().forEach(NativeValues::release);
      inputs.close();
    }
  }

  private OnnxTensor tensor(
      TensorSpec input, List<EncoderRow> rows, int batch, int length, EncoderOutputs memory) {
    boolean wide = input.type() == OnnxJavaType.INT64;
    ByteBuffer values = memory.lend((long) batch * length * input.type().size);
    for (int row = 0; row < batch; row++) {
      // A graph for a fixed number of rows is filled up with the last one.
      EncoderRow source = rows.get(Math.min(row, rows.size() - 1));
      for (int column = 0; column < length; column++) {
        int value = value(input.name(), source, column);
        int index = row * length + column;
        if (wide) {
          values.putLong(index * Long.BYTES, value);
        } else {
          values.putInt(index * Integer.BYTES, value);
        }
      }
    }
    return NativeValues.make(values, input.type(), batch, length);
  }

  /** Without a mask a graph would read padding as text. */
  private void refusePadding(List<EncoderRow> rows, int length) {
    for (EncoderRow row : rows) {
      if (!toleratesPadding() && row.length() < length) {
        throw new InvalidRequestException(
            graph.file()
                + ": rows have "
                + length
                + " tokens here, a text has "
                + row.length()
                + ", and the graph has no attention_mask to tell padding from text; export it with"
                + " an attention mask, or with rows of any length");
      }
    }
  }

  private int value(String input, EncoderRow row, int column) {
    boolean real = column < row.length();
    return switch (input) {
      case IDS -> real ? row.id(column) : config.padToken();
      case MASK -> real ? 1 : 0;
      case TYPES -> real ? row.typeId(column) : 0;
      default -> real ? config.firstPosition() + column : Math.max(0, config.firstPosition() - 1);
    };
  }

  private OnnxTensor pinned(String name, long[] shape, EncoderOutputs outputs) {
    FloatReading.check(graph, spec(name));
    OnnxJavaType type = spec(name).type();
    long bytes = type.size;
    for (long dimension : shape) {
      bytes *= dimension;
    }
    ByteBuffer memory = outputs.lend(bytes);
    OnnxTensor tensor = NativeValues.make(memory, type, shape);
    outputs.put(name, memory, type, shape);
    return tensor;
  }

  /** The shape that an output will have, or null where the graph does not declare enough. */
  private long @Nullable [] sureShape(String name, int batch, int length) {
    TensorSpec output = spec(name);
    List<String> names = output.dimensionNames();
    boolean byRow = output.rank() >= 2 && output.isFree(0);
    if (byRow && output.rank() == 2 && !output.isFree(1)) {
      return new long[] {batch, output.shape().get(1)};
    }
    String lengthName = spec(IDS).dimensionNames().get(1);
    boolean byToken =
        byRow && output.isFree(1) && !lengthName.isEmpty() && names.get(1).equals(lengthName);
    return byToken && output.rank() == 3 && !output.isFree(2)
        ? new long[] {batch, length, output.shape().get(2)}
        : null;
  }

  private void copy(String name, OrtSession.Result result, EncoderOutputs outputs) {
    if (!(result.get(name).orElse(null) instanceof OnnxTensor tensor)) {
      throw new InferenceException(graph.name() + ": output \"" + name + "\" is no tensor");
    }
    FloatReading.check(graph, spec(name));
    TensorInfo tensorInfo = tensor.getInfo();
    ByteBuffer source = tensor.getByteBuffer();
    ByteBuffer target = outputs.lend(source.remaining());
    outputs.put(name, target, tensorInfo.type, tensorInfo.getShape());
    ByteBuffer filling = target.duplicate();
    ((Buffer) filling).clear();
    filling.put(source);
  }

  private TensorSpec spec(String name) {
    TensorSpec input = graph.inputs().get(name);
    TensorSpec spec = input == null ? graph.outputs().get(name) : input;
    if (spec == null) {
      throw new IllegalArgumentException(
          graph.file() + " has no \"" + name + "\"; its outputs are " + graph.outputs().keySet());
    }
    return spec;
  }

  @Override
  public void close() {
    graph.close();
  }
}
