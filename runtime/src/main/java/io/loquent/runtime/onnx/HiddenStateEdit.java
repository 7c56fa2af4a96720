package io.loquent.runtime.onnx;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What came of {@link HiddenStateOutput}: a grown model, or the reason why there is none. */
public final class HiddenStateEdit {

  private final byte @Nullable [] model;
  private final String reason;

  private HiddenStateEdit(byte @Nullable [] model, String reason) {
    this.model = model;
    this.reason = reason;
  }

  static HiddenStateEdit of(byte[] model) {
    return new HiddenStateEdit(model, "");
  }

  static HiddenStateEdit unknown(String reason) {
    return new HiddenStateEdit(null, reason);
  }

  /**
   * Returns the model with the added output.
   *
   * @return the bytes, not copied: change nothing in them; empty if the graph was not understood
   */
  public Optional<byte[]> model() {
    return Optional.ofNullable(model);
  }

  /**
   * Returns why there is no model.
   *
   * @return half a sentence on what was found in the graph, for an error message; empty if there is
   *     a model
   */
  public String reason() {
    return reason;
  }
}
