package io.loquent.runtime;

import io.loquent.ModelConfig;
import io.loquent.internal.json.Json;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Puts the modules of a sentence transformer around a fixture's graph. */
final class SentenceFolder {

  static final int SIZE = 32;

  private final Path folder;
  private final List<Map<String, Object>> modules = new ArrayList<>();

  private SentenceFolder(Path folder) {
    this.folder = folder;
  }

  static SentenceFolder around(String fixture, Path folder) {
    return new SentenceFolder(Folders.copy(fixture, folder)).module("Transformer", "");
  }

  SentenceFolder module(String type, String path) {
    modules.add(Map.of("type", "sentence_transformers.models." + type, "path", path));
    Folders.write(folder, "modules.json", Json.write(modules));
    return this;
  }

  /** Adds a module with a folder, such as {@code 1_Pooling}. */
  SentenceFolder module(String type, Map<String, ?> config) {
    String path = modules.size() + "_" + type;
    Folders.write(folder.resolve(path), "config.json", Json.write(config));
    return module(type, path);
  }

  SentenceFolder pooling(String... modes) {
    return module("Pooling", Map.of("embedding_dimension", SIZE, "pooling_mode", List.of(modes)));
  }

  /** A layer whose weights are those of the recorded cases. */
  SentenceFolder dense(String activation, boolean bias, boolean residual) {
    Map<String, Object> config = new LinkedHashMap<>();
    config.put("in_features", SIZE);
    config.put("out_features", 8);
    config.put("bias", bias);
    config.put("activation_function", activation);
    if (residual) {
      config.put("use_residual", true);
    }
    module("Dense", config);
    Map<String, float[]> tensors = new LinkedHashMap<>();
    float[] residuals = new float[8 * SIZE];
    float[] weights = new float[8 * SIZE];
    float[] biases = new float[8];
    for (int i = 0; i < weights.length; i++) {
      weights[i] = (float) (Math.sin(i + 1) * 0.3);
      residuals[i] = (float) (Math.cos(i + 1) * 0.2);
    }
    for (int i = 0; i < biases.length; i++) {
      biases[i] = (float) (Math.cos(i) * 0.1);
    }
    tensors.put("linear.weight", weights);
    tensors.put("linear.bias", biases);
    tensors.put("residual.weight", residuals);
    return weights(tensors, Map.of("linear.bias", List.of(8)));
  }

  SentenceFolder layerNorm() {
    module("LayerNorm", Map.of("dimension", SIZE));
    float[] weights = new float[SIZE];
    float[] biases = new float[SIZE];
    for (int i = 0; i < SIZE; i++) {
      weights[i] = (float) (1 + 0.1 * Math.sin(i));
      biases[i] = (float) (0.1 * Math.cos(i));
    }
    return weights(
        Map.of("norm.weight", weights, "norm.bias", biases),
        Map.of("norm.weight", List.of(SIZE), "norm.bias", List.of(SIZE)));
  }

  private SentenceFolder weights(Map<String, float[]> tensors, Map<String, List<Integer>> shapes) {
    Path last = folder.resolve(String.valueOf(modules.get(modules.size() - 1).get("path")));
    Folders.write(last, "model.safetensors", safetensors(tensors, shapes));
    return this;
  }

  /** Tensors without a shape have rows of {@link #SIZE}. */
  private static byte[] safetensors(
      Map<String, float[]> tensors, Map<String, List<Integer>> shapes) {
    Map<String, Object> header = new LinkedHashMap<>();
    int end = 0;
    for (Map.Entry<String, float[]> tensor : tensors.entrySet()) {
      int start = end;
      end += tensor.getValue().length * Float.BYTES;
      header.put(
          tensor.getKey(),
          Map.of(
              "dtype",
              "F32",
              "shape",
              shapes.getOrDefault(tensor.getKey(), List.of(tensor.getValue().length / SIZE, SIZE)),
              "data_offsets",
              List.of(start, end)));
    }
    byte[] json = Json.write(header).getBytes(StandardCharsets.UTF_8);
    ByteBuffer file =
        ByteBuffer.allocate(Long.BYTES + json.length + end).order(ByteOrder.LITTLE_ENDIAN);
    file.putLong(json.length).put(json);
    for (float[] numbers : tensors.values()) {
      for (float number : numbers) {
        file.putFloat(number);
      }
    }
    return file.array();
  }

  SentenceFolder file(String path, String content) {
    Folders.write(folder, path, content);
    return this;
  }

  ModelConfig config() {
    return ModelConfig.builder(folder).intraOpThreads(1).build();
  }

  OnnxEncoder open() {
    return OnnxEncoder.open(config());
  }
}
