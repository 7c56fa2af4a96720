package io.loquent.runtime.model;

import ai.onnxruntime.OnnxTensor;
import io.loquent.ModelLoadException;
import io.loquent.decoding.parallel.Canvas;
import io.loquent.decoding.parallel.ParallelOutput;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * What a decoder says about the slots of canvases, in native memory: one of its runs over all rows,
 * or one over each. Confined to one thread.
 */
final class CanvasOutput implements ParallelOutput, AutoCloseable {

  private static final int DELETE_CLASSES = 2;

  private final NativeBuffers buffers;
  private final List<TensorSpec> heads = new ArrayList<>();
  private final int vocabularySize;

  /** Where each head's answers lie, by its name: one tensor for each run. */
  private final Map<String, List<StepTensor>> tensors = new HashMap<>();

  /** By row, which run answered for it, as what row, and how wide it was. */
  private int[] runOf = new int[0];

  private int[] rowOf = new int[0];
  private int[] widthOf = new int[0];
  private int[] slots = new int[0];
  private int runs;

  CanvasOutput(NativeBuffers buffers, Graph graph, int vocabularySize) {
    this.buffers = buffers;
    this.vocabularySize = vocabularySize;
    for (String name :
        List.of(
            NonAutoregressiveModel.LOGITS,
            ParallelFamily.DELETE_LOGITS,
            ParallelFamily.INSERT_LOGITS)) {
      TensorSpec head = graph.outputs().get(name);
      if (head != null) {
        heads.add(head);
        tensors.put(name, new ArrayList<>());
      }
    }
  }

  /** Refuses graphs whose heads have other shapes than these. */
  static void check(Graph graph) {
    for (String name :
        List.of(
            NonAutoregressiveModel.LOGITS,
            ParallelFamily.DELETE_LOGITS,
            ParallelFamily.INSERT_LOGITS)) {
      TensorSpec head = graph.outputs().get(name);
      if (head == null) {
        continue;
      }
      FloatReading.check(graph, head);
      boolean sized = name.equals(NonAutoregressiveModel.LOGITS) || !head.isFree(head.rank() - 1);
      if (head.rank() != 3 || !sized) {
        throw new ModelLoadException(
            graph.file()
                + ": output \""
                + name
                + "\" must have shape [batch, length, classes] with a known number of classes; it"
                + " has "
                + head.describeShape());
      }
    }
  }

  /** Begins the answers to canvases. */
  void begin(List<Canvas> canvases) {
    int rows = canvases.size();
    if (slots.length < rows) {
      runOf = new int[rows];
      rowOf = new int[rows];
      widthOf = new int[rows];
      slots = new int[rows];
    }
    for (int row = 0; row < rows; row++) {
      slots[row] = canvases.get(row).end() - canvases.get(row).start();
    }
    runs = 0;
  }

  /** Where the graph writes its answers for some rows. */
  Map<String, OnnxTensor> targets(Frame frame) {
    Map<String, OnnxTensor> targets = new HashMap<>();
    for (TensorSpec head : heads) {
      List<StepTensor> ofHead = tensorsOf(head.name());
      while (ofHead.size() <= runs) {
        ofHead.add(new StepTensor(buffers, head.type()));
      }
      StepTensor tensor = ofHead.get(runs);
      boolean gaps = head.name().equals(ParallelFamily.INSERT_LOGITS);
      int length = gaps ? frame.width - 1 : frame.width;
      int classes = classes(head);
      tensor.room((long) frame.rows * length * classes, 0);
      targets.put(head.name(), tensor.tensor(frame.rows, length, classes));
    }
    return targets;
  }

  /** Takes note of what a run has answered. */
  void take(Frame frame, int firstRow) {
    for (int row = 0; row < frame.rows; row++) {
      runOf[firstRow + row] = runs;
      rowOf[firstRow + row] = row;
      widthOf[firstRow + row] = frame.width;
    }
    runs++;
  }

  private List<StepTensor> tensorsOf(String name) {
    return Objects.requireNonNull(tensors.get(name), name);
  }

  private int classes(TensorSpec head) {
    return head.name().equals(NonAutoregressiveModel.LOGITS)
        ? vocabularySize
        : (int) (long) head.shape().get(2);
  }

  private void copy(String name, int row, int index, int length, int classes, float[] target) {
    StepTensor tensor = tensorsOf(name).get(runOf[row]);
    int start = (rowOf[row] * length + index) * classes;
    FloatReading.copy(tensor.memory(), tensor.type(), start, classes, target);
  }

  @Override
  public int slots(int row) {
    return slots[row];
  }

  @Override
  public void logits(int row, int slot, float[] target) {
    copy(NonAutoregressiveModel.LOGITS, row, slot, widthOf[row], vocabularySize, target);
  }

  @Override
  public void deleteLogits(int row, int slot, float[] target) {
    copy(ParallelFamily.DELETE_LOGITS, row, slot, widthOf[row], DELETE_CLASSES, target);
  }

  @Override
  public int insertClasses() {
    for (TensorSpec head : heads) {
      if (head.name().equals(ParallelFamily.INSERT_LOGITS)) {
        return classes(head);
      }
    }
    return 0;
  }

  @Override
  public void insertLogits(int row, int gap, float[] target) {
    copy(ParallelFamily.INSERT_LOGITS, row, gap, widthOf[row] - 1, insertClasses(), target);
  }

  @Override
  public void close() {
    tensors.values().forEach(ofHead -> ofHead.forEach(StepTensor::close));
  }
}
