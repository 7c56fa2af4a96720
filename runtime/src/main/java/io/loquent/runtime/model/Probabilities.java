package io.loquent.runtime.model;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import io.loquent.runtime.onnx.SoftmaxOutput;
import java.nio.Buffer;
import java.nio.FloatBuffer;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The probabilities of a run's tokens as a graph with {@link SoftmaxOutput} computed them, in
 * native memory, {@code [rows, positions, vocabulary]}. One instance serves one state; confined to
 * one thread.
 */
final class Probabilities implements AutoCloseable {

  private final int vocabularySize;
  private final StepTensor tensor;
  private boolean isComputed;

  Probabilities(NativeBuffers buffers, int vocabularySize) {
    this.vocabularySize = vocabularySize;
    tensor = new StepTensor(buffers, OnnxJavaType.FLOAT);
  }

  /** Forgets the run before. */
  void clear() {
    isComputed = false;
  }

  /**
   * Adds where the graph writes them, or removes that if the frame does without.
   *
   * @param positions how many positions of each row have logits
   * @param rank the number of axes of the logits
   */
  void bind(Frame frame, int positions, int rank, Map<String, OnnxTensor> pinned) {
    isComputed = frame.softmax;
    if (!isComputed) {
      pinned.remove(SoftmaxOutput.OUTPUT);
      return;
    }
    tensor.room((long) frame.rows * positions * vocabularySize, 0);
    pinned.put(
        SoftmaxOutput.OUTPUT,
        rank == 2
            ? tensor.tensor(frame.rows, vocabularySize)
            : tensor.tensor(frame.rows, positions, vocabularySize));
  }

  /**
   * Returns the memory from a probability on.
   *
   * @param index of its logit among those of the run
   * @return null if the run has not computed them
   */
  @Nullable FloatBuffer from(int index) {
    if (!isComputed) {
      return null;
    }
    FloatBuffer floats = tensor.floats();
    ((Buffer) floats).position(index);
    return floats;
  }

  @Override
  public void close() {
    isComputed = false;
    tensor.close();
  }
}
