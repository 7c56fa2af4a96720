package io.loquent;

/**
 * A listener that also sees canvases fill, as models for parallel decoding work on them. With a
 * generator that shares its batch among threads ({@code continuous_batching}) it receives the last
 * canvas only.
 */
public interface CanvasListener extends GenerationListener {

  /**
   * Receives a canvas after a run of the model. Anything on it may still change, but for the tokens
   * that {@link #onToken} has received. Models that decode token by token have none.
   *
   * @param canvas what there is now
   */
  void onCanvas(CanvasSnapshot canvas);
}
