package io.loquent.runtime.encoder;

import io.loquent.runtime.model.EncoderOutputs;

/** Takes from a batch's outputs what belongs to one window. */
@FunctionalInterface
interface RowReader {

  /**
   * Reads one row; rows come in an order that suits batching.
   *
   * @param window what was in the row
   * @param outputs the batch's outputs, valid during this call
   * @param row index in the batch
   */
  void read(Window window, EncoderOutputs outputs, int row);
}
