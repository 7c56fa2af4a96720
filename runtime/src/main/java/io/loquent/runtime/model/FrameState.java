package io.loquent.runtime.model;

import io.loquent.decoding.parallel.Canvas;
import io.loquent.decoding.parallel.ParallelModel;
import io.loquent.decoding.parallel.ParallelOutput;
import io.loquent.decoding.parallel.ParallelState;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * A graph that says everything in one run: the frames of CTC, or the vertices and links of a
 * directed acyclic Transformer. Confined to one thread.
 */
final class FrameState implements ParallelState, ParallelOutput {

  private final EncoderPass encoder;
  private final ParallelModel model;
  private final List<PromptRow> prompts;
  private final RunControl control;
  private final Map<String, RowTensor> answers = new HashMap<>();

  FrameState(
      EncoderPass encoder, ParallelModel model, List<PromptRow> prompts, RunControl control) {
    this.encoder = encoder;
    this.model = model;
    this.prompts = prompts;
    this.control = control;
  }

  /** Refuses graphs whose answers have other shapes than these. */
  static void check(Graph graph, ParallelModel.Family family) {
    TensorSpec logits = NonAutoregressiveModel.logits(graph);
    FloatReading.check(graph, logits);
    if (family == ParallelModel.Family.DIRECTED_ACYCLIC) {
      FloatReading.check(graph, Objects.requireNonNull(graph.outputs().get(ParallelFamily.LINKS)));
    }
  }

  @Override
  public int rows() {
    return prompts.size();
  }

  @Override
  public ParallelOutput encode() {
    Set<String> wanted = new LinkedHashSet<>();
    wanted.add(NonAutoregressiveModel.LOGITS);
    if (model.family() == ParallelModel.Family.DIRECTED_ACYCLIC) {
      wanted.add(ParallelFamily.LINKS);
    }
    answers.putAll(encoder.run(prompts, wanted, control));
    return this;
  }

  @Override
  public void gather(int[] parents, int newRows) {
    throw new IllegalStateException("a graph that runs once has no rows to move");
  }

  @Override
  public ParallelOutput run(List<Canvas> canvases) {
    throw new IllegalStateException("a graph that runs once reads no canvas");
  }

  private RowTensor answer(String name) {
    return Objects.requireNonNull(answers.get(name), "the graph has not run");
  }

  @Override
  public int slots(int row) {
    int all = (int) answer(NonAutoregressiveModel.LOGITS).dimension(1);
    int[] ids = prompts.get(row).encoderIds();
    return ids == null ? all : Math.min(all, (int) Math.round(model.upsample() * ids.length));
  }

  @Override
  public void logits(int row, int slot, float[] target) {
    RowTensor logits = answer(NonAutoregressiveModel.LOGITS);
    int frames = (int) logits.dimension(1);
    int size = model.vocabularySize();
    FloatReading.copy(logits.memory(), logits.type(), (row * frames + slot) * size, size, target);
  }

  @Override
  public void links(int row, int vertex, float[] target) {
    RowTensor links = answer(ParallelFamily.LINKS);
    int vertices = (int) links.dimension(1);
    int width = (int) links.dimension(2);
    int count = slots(row);
    int start = (row * vertices + vertex) * width;
    if (width == vertices) {
      FloatReading.copy(links.memory(), links.type(), start, count, target);
      return;
    }
    // Column k of a band is the link to vertex + 1 + k.
    Arrays.fill(target, 0, count, Float.NEGATIVE_INFINITY);
    float[] band = new float[width];
    FloatReading.copy(links.memory(), links.type(), start, width, band);
    for (int k = 0; k < width && vertex + 1 + k < count; k++) {
      target[vertex + 1 + k] = band[k];
    }
  }

  @Override
  public void close() {
    answers.values().forEach(RowTensor::close);
    answers.clear();
  }
}
