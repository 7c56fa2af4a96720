package io.loquent.runtime.onnx;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What came of an edit of a graph: a changed model, or the reason why there is none. */
public final class GraphEdit {

  private final byte @Nullable [] model;
  private final String reason;

  private GraphEdit(byte @Nullable [] model, String reason) {
    this.model = model;
    this.reason = reason;
  }

  static GraphEdit of(byte[] model) {
    return new GraphEdit(model, "");
  }

  /**
   * No change.
   *
   * @param reason half a sentence on what was found in the graph
   * @return an edit without a model
   */
  public static GraphEdit unknown(String reason) {
    return new GraphEdit(null, reason);
  }

  /**
   * Returns the changed model.
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
