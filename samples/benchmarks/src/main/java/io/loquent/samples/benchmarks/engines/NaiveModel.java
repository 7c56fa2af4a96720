package io.loquent.samples.benchmarks.engines;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A model as one first feeds it: new tensors from Java arrays at each step, outputs read with
 * {@code getValue}. The cache stays in ONNX Runtime, but for beams it goes through Java arrays.
 * Confined to one thread.
 */
final class NaiveModel {

  private final OrtEnvironment environment = OrtEnvironment.getEnvironment();
  private final OrtSession first;
  private final OrtSession next;
  private final Optional<OrtSession> encoder;
  private final int startToken;

  private final Map<String, OnnxTensor> cache = new HashMap<>();

  /** Values of the call; the encoder's and the first step's, which holds the cross cache. */
  private final List<AutoCloseable> kept = new ArrayList<>();

  /** Values that the next step reads for the last time. */
  private final List<AutoCloseable> current = new ArrayList<>();

  private Map<String, OnnxTensor> constants = new HashMap<>();
  private long[][] encoderMask = new long[0][];
  private int length;

  /** Opens a folder: {@code model.onnx}, or an encoder with a split decoder. */
  NaiveModel(Path folder, int startToken, int threads) throws OrtException {
    this.startToken = startToken;
    OrtSession.SessionOptions options = new OrtSession.SessionOptions();
    if (threads > 0) {
      options.setIntraOpNumThreads(threads);
    }
    Path encoderFile = folder.resolve("encoder_model.onnx");
    boolean split = Files.exists(encoderFile);
    encoder =
        split
            ? Optional.of(environment.createSession(encoderFile.toString(), options))
            : Optional.empty();
    String file = split ? "decoder_model.onnx" : "model.onnx";
    first = environment.createSession(folder.resolve(file).toString(), options);
    next =
        split
            ? environment.createSession(
                folder.resolve("decoder_with_past_model.onnx").toString(), options)
            : first;
  }

  /** Reads the prompts, and returns the logits of each one's next token. */
  float[][] begin(long[][] prompts) throws Exception {
    forget();
    if (encoder.isEmpty()) {
      return step(prompts);
    }
    encoderMask = ones(prompts.length, prompts[0].length);
    try (OnnxTensor ids = OnnxTensor.createTensor(environment, prompts);
        OnnxTensor mask = OnnxTensor.createTensor(environment, encoderMask)) {
      OrtSession.Result result =
          encoder.get().run(Map.of("input_ids", ids, "attention_mask", mask));
      kept.add(result);
      constants.put("encoder_hidden_states", (OnnxTensor) result.get(0));
    }
    long[][] starts = new long[prompts.length][1];
    for (long[] start : starts) {
      start[0] = startToken;
    }
    return step(starts);
  }

  /** Reads the next tokens of all rows, and returns the logits of those that follow. */
  float[][] step(long[][] ids) throws Exception {
    OrtSession session = length == 0 ? first : next;
    Map<String, OnnxTensor> inputs = new HashMap<>();
    List<AutoCloseable> made = new ArrayList<>();
    for (Map.Entry<String, NodeInfo> input : session.getInputInfo().entrySet()) {
      String name = input.getKey();
      OnnxTensor known = cache.getOrDefault(name, constants.get(name));
      if (known == null) {
        known = newTensor(name, (TensorInfo) input.getValue().getInfo(), ids);
        made.add(known);
      }
      inputs.put(name, known);
    }
    OrtSession.Result result = session.run(inputs);
    float[][][] logits = (float[][][]) result.get("logits").orElseThrow().getValue();
    made.addAll(current);
    current.clear();
    (length == 0 && encoder.isPresent() ? kept : current).add(result);
    for (Map.Entry<String, OnnxValue> output : result) {
      if (output.getKey().startsWith("present")) {
        String past = output.getKey().replaceFirst("present", "past_key_values");
        cache.put(past, (OnnxTensor) output.getValue());
      }
    }
    for (AutoCloseable value : made) {
      value.close();
    }
    length += ids[0].length;
    float[][] last = new float[ids.length][];
    for (int row = 0; row < last.length; row++) {
      last[row] = logits[row][logits[row].length - 1];
    }
    return last;
  }

  private OnnxTensor newTensor(String name, TensorInfo info, long[][] ids) throws OrtException {
    int rows = ids.length;
    int added = ids[0].length;
    return switch (name) {
      case "input_ids" -> OnnxTensor.createTensor(environment, ids);
      case "attention_mask" -> OnnxTensor.createTensor(environment, ones(rows, length + added));
      case "encoder_attention_mask" ->
          OnnxTensor.createTensor(environment, ones(rows, encoderMask[0].length));
      case "position_ids" -> {
        long[][] positions = new long[rows][added];
        for (long[] row : positions) {
          Arrays.setAll(row, i -> length + i);
        }
        yield OnnxTensor.createTensor(environment, positions);
      }
      default -> {
        long[] shape = info.getShape().clone();
        shape[0] = rows;
        shape[2] = 0;
        yield OnnxTensor.createTensor(environment, FloatBuffer.allocate(0), shape);
      }
    };
  }

  /** Makes new rows out of old ones of one prompt, copying their cache through Java arrays. */
  void reorder(int[] sources) throws OrtException {
    for (Map.Entry<String, OnnxTensor> entry : cache.entrySet()) {
      if (entry.getKey().contains(".encoder.")) {
        continue;
      }
      float[][][][] old = (float[][][][]) entry.getValue().getValue();
      float[][][][] moved = new float[sources.length][][][];
      for (int row = 0; row < sources.length; row++) {
        moved[row] = old[sources[row]];
      }
      OnnxTensor tensor = OnnxTensor.createTensor(environment, moved);
      current.add(tensor);
      entry.setValue(tensor);
    }
  }

  private void forget() throws Exception {
    kept.addAll(current);
    current.clear();
    for (AutoCloseable value : kept) {
      value.close();
    }
    kept.clear();
    cache.clear();
    constants = new HashMap<>();
    length = 0;
  }

  private static long[][] ones(int rows, int columns) {
    long[][] ones = new long[rows][columns];
    for (long[] row : ones) {
      Arrays.fill(row, 1);
    }
    return ones;
  }
}
