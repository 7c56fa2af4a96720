package io.loquent.runtime.onnx;

import static java.nio.charset.StandardCharsets.UTF_8;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import com.google.common.primitives.Longs;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Runs one decoder graph of the fixtures on two rows of made-up, repeatable inputs. */
final class FixtureGraph {

  private static final int ROWS = 2;
  private static final int SOURCE_LENGTH = 4;
  private static final Pattern HIDDEN_SIZE =
      Pattern.compile("\"(?:n_embd|d_model|hidden_size)\": *(\\d+)");

  private final String name;
  private final int past;
  private final int length;
  private final boolean cacheBranch;

  /** How to call a graph: cached positions, new positions, and the branch of a merged graph. */
  FixtureGraph(String name, int past, int length, boolean cacheBranch) {
    this.name = name;
    this.past = past;
    this.length = length;
    this.cacheBranch = cacheBranch;
  }

  static Path file(String name) {
    try {
      return Paths.get(FixtureGraph.class.getResource("/fixtures/" + name).toURI());
    } catch (URISyntaxException e) {
      throw new AssertionError(e);
    }
  }

  static byte[] read(Path file) {
    try {
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Path file() {
    return file(name);
  }

  /** What config.json says, in the graph's folder or in the one above. */
  int hiddenSize() {
    Path config = file().resolveSibling("config.json");
    if (!Files.exists(config)) {
      config = file().getParent().resolveSibling("config.json");
    }
    Matcher matcher = HIDDEN_SIZE.matcher(new String(read(config), UTF_8));
    if (!matcher.find()) {
      throw new AssertionError("no hidden size in " + config);
    }
    return Integer.parseInt(matcher.group(1));
  }

  /** All outputs of one run, by name. */
  Map<String, Output> run(byte[] model) throws OrtException {
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    Map<String, OnnxTensor> inputs = new HashMap<>();
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
      options.setIntraOpNumThreads(1);
      options.addConfigEntry(
          "session.model_external_initializers_file_folder_path", file().getParent().toString());
      try (OrtSession session = environment.createSession(model, options)) {
        for (NodeInfo input : session.getInputInfo().values()) {
          inputs.put(input.getName(), tensor(environment, input));
        }
        try (OrtSession.Result result = session.run(inputs)) {
          Map<String, Output> outputs = new LinkedHashMap<>();
          for (Map.Entry<String, OnnxValue> entry : result) {
            TensorInfo declared =
                (TensorInfo) session.getOutputInfo().get(entry.getKey()).getInfo();
            outputs.put(entry.getKey(), Output.of((OnnxTensor) entry.getValue(), declared));
          }
          return outputs;
        }
      }
    } finally {
      inputs.values().forEach(OnnxTensor::close);
    }
  }

  private OnnxTensor tensor(OrtEnvironment environment, NodeInfo input) throws OrtException {
    TensorInfo info = (TensorInfo) input.getInfo();
    long[] shape = info.getShape();
    for (int axis = 0; axis < shape.length; axis++) {
      if (shape[axis] < 0) {
        shape[axis] = axisLength(input.getName(), info.getDimensionNames()[axis]);
      }
    }
    int elements = elements(shape);
    ByteBuffer buffer =
        ByteBuffer.allocateDirect(elements * info.type.size).order(ByteOrder.nativeOrder());
    for (int i = 0; i < elements; i++) {
      switch (info.type) {
        case INT64 -> buffer.putLong(integer(input.getName(), i, (int) shape[shape.length - 1]));
        case FLOAT -> buffer.putFloat((float) Math.sin(i * 0.37 + input.getName().length()));
        case FLOAT16 -> buffer.putShort((short) (0x3000 + (i * 131) % 0x0A00));
        case BOOL -> buffer.put((byte) (cacheBranch ? 1 : 0));
        default -> throw new AssertionError(info);
      }
    }
    buffer.rewind();
    return OnnxTensor.createTensor(environment, buffer, shape, info.type);
  }

  private int axisLength(String input, String axis) {
    if (axis.startsWith("batch")) {
      return ROWS;
    }
    if (axis.startsWith("encoder") || axis.startsWith("source")) {
      return SOURCE_LENGTH;
    }
    if (input.equals("attention_mask")) {
      return cacheBranch || !name.contains("merged") ? past + length : length;
    }
    return axis.startsWith("past") ? past : length;
  }

  private long integer(String input, int index, int lastAxis) {
    if (input.contains("mask")) {
      return 1;
    }
    return input.equals("position_ids") ? past + index % lastAxis : 5 + (index * 7) % 90;
  }

  private static int elements(long[] shape) {
    return (int) Arrays.stream(shape).reduce(1, (a, b) -> a * b);
  }

  /** A float output, widened from whatever type it has. */
  record Output(OnnxJavaType type, List<Long> declaredShape, List<Long> shape, FloatBuffer values) {

    static Output of(OnnxTensor tensor, TensorInfo declared) {
      FloatBuffer copy = FloatBuffer.allocate(elements(tensor.getInfo().getShape()));
      if (copy.capacity() > 0) {
        copy.put(tensor.getFloatBuffer()).rewind();
      }
      return new Output(
          declared.type,
          Longs.asList(declared.getShape()),
          Longs.asList(tensor.getInfo().getShape()),
          copy);
    }

    /** One vector along the last axis. */
    FloatBuffer vector(int index) {
      int size = lastAxis();
      return values.slice(index * size, size);
    }

    int lastAxis() {
      return Math.toIntExact(shape.get(shape.size() - 1));
    }

    int vectors() {
      return values.capacity() / lastAxis();
    }
  }
}
