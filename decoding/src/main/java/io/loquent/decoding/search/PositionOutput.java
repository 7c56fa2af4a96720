package io.loquent.decoding.search;

import io.loquent.decoding.StepOutput;
import java.nio.FloatBuffer;
import org.jspecify.annotations.Nullable;

/** A run in which each row appended several tokens, as if it had ended behind one of them. */
final class PositionOutput implements StepOutput {

  private final StepOutput output;
  private final int newest;

  /**
   * Creates it.
   *
   * @param newest which of a row's positions is to be the newest, from 0
   */
  PositionOutput(StepOutput output, int newest) {
    this.output = output;
    this.newest = newest;
  }

  /** Cuts an output, guided or not. */
  static StepOutput of(StepOutput output, int newest) {
    return output instanceof GuidedOutput guided
        ? guided.at(newest)
        : new PositionOutput(output, newest);
  }

  @Override
  public int vocabularySize() {
    return output.vocabularySize();
  }

  @Override
  public void logits(int row, float[] target) {
    output.logits(row, newest, target);
  }

  @Override
  public @Nullable FloatBuffer logitsInPlace(int row) {
    return output.logitsInPlace(row, newest);
  }

  @Override
  public @Nullable FloatBuffer logitsInPlace(int row, int position) {
    return output.logitsInPlace(row, position);
  }

  @Override
  public int positions(int row) {
    return newest + 1;
  }

  @Override
  public void logits(int row, int position, float[] target) {
    output.logits(row, position, target);
  }

  @Override
  public @Nullable FloatBuffer probabilitiesInPlace(int row, int position) {
    return output.probabilitiesInPlace(row, position);
  }

  @Override
  public int hiddenSize() {
    return output.hiddenSize();
  }

  @Override
  public void hiddenState(int row, int position, float[] target) {
    output.hiddenState(row, position, target);
  }
}
