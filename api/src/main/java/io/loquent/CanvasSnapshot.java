package io.loquent;

import java.util.List;

/**
 * What a model for parallel decoding has on its canvas between two runs: the first candidate as it
 * would be if it ended now. Immutable.
 *
 * @param modelRuns how often the model has run for the request
 * @param ids the canvas, slot by slot; slots that are not filled hold the mask token
 * @param text the same as text, special tokens included; empty without a tokenizer
 */
public record CanvasSnapshot(int modelRuns, List<Integer> ids, String text) {

  /**
   * Copies the list.
   *
   * @param modelRuns how often the model has run for the request
   * @param ids the canvas, slot by slot
   * @param text the same as text
   */
  public CanvasSnapshot {
    ids = List.copyOf(ids);
  }
}
