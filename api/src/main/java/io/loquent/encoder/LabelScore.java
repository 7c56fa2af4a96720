package io.loquent.encoder;

import java.util.Objects;

/**
 * A label, and how well it fits. Immutable.
 *
 * @param label its name
 * @param index index among the model's labels, or among the candidates of zero-shot classification
 * @param score a probability from 0 to 1; any number for {@link ClassificationFunction#NONE}
 */
public record LabelScore(String label, int index, double score) {
  /**
   * Checks for null.
   *
   * @param label its name
   * @param index index among the labels
   * @param score how well it fits
   */
  public LabelScore {
    Objects.requireNonNull(label, "label");
  }
}
