package io.loquent.runtime.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnxruntime.OnnxTensor;
import io.loquent.InferenceException;
import io.loquent.ModelConfig;
import java.nio.ByteBuffer;
import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class StepInputsTest {

  @Test
  void gives_each_buffer_back_once_where_memory_runs_out_while_growing() {
    ModelConfig config =
        ModelConfig.builder(Paths.get("src", "test", "resources", "fixtures", "gpt2-tiny"))
            .graphAdditions(false)
            .build();
    NativeBuffers buffers =
        new NativeBuffers(
            1 << 20,
            Long.MAX_VALUE,
            bytes -> {
              if (bytes > 100_000) {
                throw new OutOfMemoryError("full");
              }
              return ByteBuffer.allocateDirect(bytes);
            });
    try (ModelParts parts =
        ModelParts.open(
            ModelFiles.read(config, new ArrayList<>()),
            config,
            new SessionFactory(config, new ArrayList<>()),
            new ArrayList<>())) {
      Graph graph = parts.decoder().first;
      StepInputs inputs = new StepInputs(buffers, parts.decoder().names);
      put(inputs, graph, 10);
      assertThat(buffers.lent()).isEqualTo(3);
      assertThatThrownBy(() -> put(inputs, graph, 50_000)).isInstanceOf(InferenceException.class);
      inputs.close();
      assertThat(buffers.lent()).isZero();
    }
  }

  private static void put(StepInputs inputs, Graph graph, int width) {
    Frame frame = new Frame();
    frame.resize(1, width);
    frame.maskWidth = width;
    Map<String, OnnxTensor> tensors = new HashMap<>();
    inputs.put(graph, frame, tensors);
  }
}
