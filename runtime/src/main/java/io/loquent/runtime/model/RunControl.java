package io.loquent.runtime.model;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import io.loquent.InferenceException;

/** The switch that stops a batch's graph in the middle of a run. Thread-safe. */
public final class RunControl implements AutoCloseable {

  private final OrtSession.RunOptions options;
  private boolean terminated;
  private boolean closed;

  /** Creates a switch that is not thrown. */
  public RunControl() {
    try {
      options = new OrtSession.RunOptions();
    } catch (OrtException e) {
      throw new InferenceException("cannot make run options: " + e.getMessage(), e);
    }
  }

  /** Stops the running graph, and every later run with this switch. */
  public synchronized void terminate() {
    if (closed || terminated) {
      return;
    }
    terminated = true;
    try {
      options.setTerminate(true);
    } catch (OrtException e) {
      throw new InferenceException("cannot stop the run: " + e.getMessage(), e);
    }
  }

  /**
   * Says whether the switch was thrown.
   *
   * @return true after {@link #terminate()}
   */
  public synchronized boolean isTerminated() {
    return terminated;
  }

  /** Does something whose failure is no news, so that ONNX Runtime does not log it. */
  void quietly(Runnable action) {
    log(OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL);
    try {
      action.run();
    } finally {
      log(SessionFactory.LOGGING);
    }
  }

  private void log(OrtLoggingLevel least) {
    try {
      options.setLogLevel(least);
    } catch (OrtException e) {
      throw new InferenceException("cannot set what a run logs: " + e.getMessage(), e);
    }
  }

  OrtSession.RunOptions options() {
    return options;
  }

  /** Frees the native options. No run may be under way. */
  @Override
  public synchronized void close() {
    if (!closed) {
      closed = true;
      options.close();
    }
  }
}
