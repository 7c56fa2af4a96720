package io.loquent;

import java.util.List;
import java.util.Optional;

/**
 * The explanation of a model folder by {@link Generator#inspect}. Immutable.
 *
 * @param model the model, if it can be used
 * @param findings what was detected, where and why, in reading order
 * @param problems what is missing or broken; empty if the model can be used
 */
public record ModelReport(Optional<ModelInfo> model, List<String> findings, List<String> problems) {

  /**
   * Copies the lists.
   *
   * @param model the model, if it can be used
   * @param findings what was detected, where and why, in reading order
   * @param problems what is missing or broken
   */
  public ModelReport {
    findings = List.copyOf(findings);
    problems = List.copyOf(problems);
  }
}
