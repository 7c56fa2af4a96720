package io.loquent.encoder;

import java.util.List;
import java.util.OptionalDouble;

/**
 * The labels of a text. Immutable.
 *
 * @param labels at least one, the highest score first; of equal scores the lower index first
 */
public record Classification(List<LabelScore> labels) {

  /**
   * Copies the list.
   *
   * @param labels at least one, the highest score first
   */
  public Classification {
    labels = List.copyOf(labels);
    if (labels.isEmpty()) {
      throw new IllegalArgumentException("a classification without labels");
    }
  }

  /**
   * Returns the label that fits best.
   *
   * @return the first
   */
  public LabelScore best() {
    return labels.get(0);
  }

  /**
   * Looks a label up.
   *
   * @param label its name
   * @return its score; empty if it is not among the labels
   */
  public OptionalDouble score(String label) {
    return labels.stream()
        .filter(scored -> scored.label().equals(label))
        .mapToDouble(LabelScore::score)
        .findFirst();
  }
}
