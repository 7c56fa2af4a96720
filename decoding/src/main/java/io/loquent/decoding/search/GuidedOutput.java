package io.loquent.decoding.search;

import io.loquent.decoding.StepOutput;
import io.loquent.decoding.logits.Guidance;

/**
 * A run with two rows for each row of a search, as the search sees it: row {@code i} continues the
 * prompt in row {@code 2i} and the negative prompt in row {@code 2i + 1}. Logits and hidden states
 * are those of the prompt; {@link #guide} gives the scores to choose by.
 */
final class GuidedOutput implements StepOutput {

  private final StepOutput output;
  private final int firstRow;
  private final double scale;
  private final float[] unconditional;

  GuidedOutput(StepOutput output, int firstRow, double scale, float[] unconditional) {
    this.output = output;
    this.firstRow = firstRow;
    this.scale = scale;
    this.unconditional = unconditional;
  }

  /**
   * Moves logits away from those of the negative prompt.
   *
   * @param row the search's row
   * @param scores its logits; become guided log-probabilities
   */
  void guide(int row, float[] scores) {
    output.logits(conditional(row) + 1, unconditional);
    Guidance.combine(scores, unconditional, scale);
  }

  /** Returns the same for one of the positions that a row appended: as if it were the newest. */
  GuidedOutput at(int position) {
    return new GuidedOutput(new PositionOutput(output, position), firstRow, scale, unconditional);
  }

  @Override
  public int vocabularySize() {
    return output.vocabularySize();
  }

  @Override
  public void logits(int row, float[] target) {
    output.logits(conditional(row), target);
  }

  @Override
  public int positions(int row) {
    return output.positions(conditional(row));
  }

  @Override
  public void logits(int row, int position, float[] target) {
    output.logits(conditional(row), position, target);
  }

  @Override
  public int hiddenSize() {
    return output.hiddenSize();
  }

  @Override
  public void hiddenState(int row, int position, float[] target) {
    output.hiddenState(conditional(row), position, target);
  }

  private int conditional(int row) {
    return firstRow + 2 * row;
  }
}
