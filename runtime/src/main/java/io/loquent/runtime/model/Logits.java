package io.loquent.runtime.model;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.platform.Fp16Conversions;
import io.loquent.decoding.StepOutput;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A decoder run's scores in native memory, {@code [rows, positions, vocabulary]}. One instance
 * serves one state; confined to one thread.
 */
final class Logits implements StepOutput, AutoCloseable {

  /** A few guesses for each row; the positions of a prompt are many more, and none is read. */
  private static final int MOST_STEP_POSITIONS = 32;

  private static final ByteBuffer NOTHING_YET = ByteBuffer.allocateDirect(0);

  private final TensorSpec spec;
  private final int vocabularySize;
  private final StepTensor tensor;
  private ByteBuffer memory = NOTHING_YET;
  private int width;
  private int[] firstColumn = new int[0];
  private int[] columns = new int[0];
  private final BestTokens best;
  private final Probabilities probabilities;
  private boolean isRead;
  private FloatBuffer hidden = FloatBuffer.allocate(0);
  private int hiddenSize;

  Logits(NativeBuffers buffers, TensorSpec spec, int vocabularySize) {
    this.spec = spec;
    this.vocabularySize = vocabularySize;
    tensor = new StepTensor(buffers, spec.type());
    best = new BestTokens(buffers, vocabularySize);
    probabilities = new Probabilities(buffers, vocabularySize);
  }

  /** How many positions of all rows stay below a number of bytes; from 1 to {@code most}. */
  int positions(long bytes, int rows, int most) {
    return (int) Math.max(1, Math.min(most, bytes / (bytesPerPosition() * rows)));
  }

  private long bytesPerPosition() {
    return (long) vocabularySize * spec.type().size;
  }

  /**
   * Begins a run. Afterwards every row shows all of the frame's columns; {@link #show} narrows
   * that.
   */
  void begin(Frame frame, boolean lastOnly) {
    width = lastOnly || spec.rank() == 2 ? 1 : frame.width;
    if (firstColumn.length < frame.rows) {
      firstColumn = new int[frame.rows];
      columns = new int[frame.rows];
    }
    Arrays.fill(firstColumn, 0);
    Arrays.fill(columns, width);
    isRead = false;
    best.clear();
    probabilities.clear();
  }

  /** Whether the run has the logits of one position of each row only. */
  boolean isOnePerRow() {
    return width == 1;
  }

  /** Whether the run has logits that are read where they lie, and few enough to be a step's. */
  boolean isShort(boolean continues) {
    boolean isStep = width == 1 || (continues && width <= MOST_STEP_POSITIONS);
    return isStep && spec.type() == OnnxJavaType.FLOAT;
  }

  /** Where the graph writes the logits of a frame. */
  OnnxTensor target(Frame frame) {
    memory = tensor.room(frame.rows * (long) width * vocabularySize, 0);
    isRead = true;
    return spec.rank() == 2
        ? tensor.tensor(frame.rows, vocabularySize)
        : tensor.tensor(frame.rows, width, vocabularySize);
  }

  /** Adds or removes where the graph writes what it computes from the logits of a frame. */
  void bindAnswers(Frame frame, Map<String, OnnxTensor> pinned) {
    best.bind(frame, spec.rank(), pinned);
    probabilities.bind(frame, width, spec.rank(), pinned);
  }

  /** Says which of a row's columns are real tokens; the last of them counts as the newest. */
  void show(int row, int first, int count) {
    if (width > 1 || count == 1) {
      firstColumn[row] = Math.min(first, width - 1);
      columns[row] = Math.min(count, width);
    }
  }

  /** Takes the last hidden states of the same run, {@code [rows, width, hiddenSize]}. */
  void hiddenStates(FloatBuffer values, int size) {
    hidden = values;
    hiddenSize = size;
  }

  @Override
  public int vocabularySize() {
    return vocabularySize;
  }

  @Override
  public void logits(int row, float[] target) {
    logits(row, columns[row] - 1, target);
  }

  @Override
  public @Nullable FloatBuffer logitsInPlace(int row) {
    return logitsInPlace(row, columns[row] - 1);
  }

  @Override
  public @Nullable FloatBuffer logitsInPlace(int row, int position) {
    if (spec.type() != OnnxJavaType.FLOAT) {
      return null;
    }
    FloatBuffer floats = tensor.floats();
    ((java.nio.Buffer) floats).position(start(row, position));
    return floats;
  }

  /** Where the logits of a position begin. */
  private int start(int row, int position) {
    if (!isRead) {
      throw new IllegalStateException("logits are read that were not asked for");
    }
    return (row * width + firstColumn[row] + position) * vocabularySize;
  }

  @Override
  public int positions(int row) {
    return columns[row];
  }

  @Override
  public void logits(int row, int position, float[] target) {
    int start = start(row, position);
    OnnxJavaType type = spec.type();
    if (type == OnnxJavaType.FLOAT) {
      FloatBuffer floats = tensor.floats();
      ((java.nio.Buffer) floats).position(start);
      floats.get(target, 0, vocabularySize);
    } else {
      boolean half = type == OnnxJavaType.FLOAT16;
      for (int i = 0; i < vocabularySize; i++) {
        short bits = memory.getShort((start + i) * Short.BYTES);
        target[i] = half ? Fp16Conversions.fp16ToFloat(bits) : Fp16Conversions.bf16ToFloat(bits);
      }
    }
  }

  @Override
  public int best(int row, int count, int[] ids, float[] logProbabilities) {
    return best.read(row, count, ids, logProbabilities);
  }

  @Override
  public @Nullable FloatBuffer probabilitiesInPlace(int row, int position) {
    return probabilities.from(start(row, position));
  }

  @Override
  public int hiddenSize() {
    return hiddenSize;
  }

  @Override
  public void hiddenState(int row, int position, float[] target) {
    int start = (row * width + firstColumn[row] + position) * hiddenSize;
    FloatBuffer view = hidden.duplicate();
    ((java.nio.Buffer) view).position(start);
    view.get(target, 0, hiddenSize);
  }

  @Override
  public void close() {
    memory = NOTHING_YET;
    tensor.close();
    best.close();
    probabilities.close();
  }
}
