package io.loquent.runtime.onnx;

import io.loquent.ModelLoadException;

/**
 * A change of a model in memory. What one edit returns, the next may take: edits know nothing of
 * each other, and each looks at the model as it finds it. Stateless; safe for every thread.
 */
@FunctionalInterface
public interface ModelEdit {

  /**
   * Changes a copy of a model.
   *
   * @param model an ONNX model; left as it is
   * @return the changed model, or why it was left alone
   * @throws ModelLoadException if the bytes are truncated or no ONNX model
   */
  GraphEdit applyTo(byte[] model);
}
