package io.loquent.runtime.model;

import io.loquent.decoding.StepOutput;
import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.Arrays;

/**
 * The logits of several tokens for each row, where it took several runs to get them. Confined to
 * one thread.
 */
final class CollectedLogits implements StepOutput, AutoCloseable {

  private final NativeBuffers buffers;
  private final int vocabularySize;
  private ByteBuffer memory = ByteBuffer.allocateDirect(0);
  private FloatBuffer floats = memory.asFloatBuffer();
  private boolean lent;
  private float[] vector = new float[0];
  private int[] first = new int[0];
  private int[] counts = new int[0];

  CollectedLogits(NativeBuffers buffers, int vocabularySize) {
    this.buffers = buffers;
    this.vocabularySize = vocabularySize;
  }

  /** Makes room for so many positions of each row. */
  void begin(int[] positions, int rows) {
    if (first.length < rows) {
      first = new int[rows];
    }
    counts = Arrays.copyOf(positions, rows);
    int all = 0;
    for (int row = 0; row < rows; row++) {
      first[row] = all;
      all += counts[row];
    }
    long bytes = (long) all * vocabularySize * Float.BYTES;
    if (memory.capacity() < bytes) {
      close();
      memory = buffers.take(bytes);
      floats = memory.asFloatBuffer();
      lent = true;
    }
    if (vector.length == 0) {
      vector = new float[vocabularySize];
    }
  }

  /** Takes one position over from a run. */
  void take(int row, int position, StepOutput run, int runRow, int runPosition) {
    run.logits(runRow, runPosition, vector);
    ((Buffer) floats).position((first[row] + position) * vocabularySize);
    floats.put(vector);
  }

  @Override
  public int vocabularySize() {
    return vocabularySize;
  }

  @Override
  public void logits(int row, float[] target) {
    logits(row, counts[row] - 1, target);
  }

  @Override
  public int positions(int row) {
    return counts[row];
  }

  @Override
  public void logits(int row, int position, float[] target) {
    ((Buffer) floats).position((first[row] + position) * vocabularySize);
    floats.get(target, 0, vocabularySize);
  }

  /** Hidden states are not collected: no search that reads them appends several tokens. */
  @Override
  public int hiddenSize() {
    return 0;
  }

  @Override
  public void hiddenState(int row, int position, float[] target) {
    throw new IllegalStateException("hidden states are not collected over several runs");
  }

  /** Gives the memory back. May be called repeatedly. */
  @Override
  public void close() {
    if (lent) {
      lent = false;
      buffers.giveBack(memory);
      memory = ByteBuffer.allocateDirect(0);
      floats = memory.asFloatBuffer();
    }
  }
}
