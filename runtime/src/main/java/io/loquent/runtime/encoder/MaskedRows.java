package io.loquent.runtime.encoder;

import io.loquent.decoding.parallel.Canvas;
import io.loquent.decoding.parallel.ParallelOutput;
import io.loquent.decoding.parallel.ParallelState;
import io.loquent.encoder.JointFillOptions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Texts whose masks are filled run by run. Of each run only what the graph says about these places
 * is kept. Confined to one thread.
 */
final class MaskedRows implements ParallelState {

  private final RowBatches batches;
  private final Mask mask;
  private final JointFillOptions options;

  /** By row, the text as it was given. */
  private List<Window> texts;

  MaskedRows(RowBatches batches, List<Window> texts, Mask mask, JointFillOptions options) {
    this.batches = batches;
    this.texts = texts;
    this.mask = mask;
    this.options = options;
  }

  @Override
  public int rows() {
    return texts.size();
  }

  /** There is nothing to know before a canvas is looked at. */
  @Override
  public ParallelOutput encode() {
    return new Answers(List.of());
  }

  @Override
  public void gather(int[] parents, int newRows) {
    List<Window> next = new ArrayList<>(newRows);
    for (int row = 0; row < newRows; row++) {
      next.add(texts.get(parents[row]));
    }
    texts = next;
  }

  @Override
  public ParallelOutput run(List<Canvas> canvases) {
    List<Window> rows = new ArrayList<>();
    List<Map<Integer, float[]>> logits = new ArrayList<>();
    for (int row = 0; row < canvases.size(); row++) {
      rows.add(new Window(row, 0, texts.get(row).tokens().withIds(canvases.get(row).toArray())));
      logits.add(new HashMap<>());
    }
    batches.run(
        rows,
        Set.of(TaskDetection.LOGITS),
        options,
        (window, outputs, row) -> {
          int size = (int) outputs.shape(TaskDetection.LOGITS)[2];
          for (int place : mask.places(texts.get(window.text()).tokens())) {
            float[] ofPlace = new float[size];
            outputs.token(TaskDetection.LOGITS, row, place, ofPlace);
            logits.get(window.text()).put(place, ofPlace);
          }
        });
    return new Answers(logits);
  }

  @Override
  public void close() {
    // Nothing native is kept from run to run.
  }

  /** What the graph says about the masks' places. */
  private final class Answers implements ParallelOutput {
    private final List<Map<Integer, float[]>> logits;

    Answers(List<Map<Integer, float[]>> logits) {
      this.logits = logits;
    }

    @Override
    public int slots(int row) {
      return texts.get(row).length();
    }

    @Override
    public void logits(int row, int slot, float[] target) {
      float[] ofSlot = logits.get(row).get(slot);
      if (ofSlot == null) {
        throw new IllegalStateException("token " + slot + " of row " + row + " is no mask");
      }
      System.arraycopy(ofSlot, 0, target, 0, target.length);
    }
  }
}
