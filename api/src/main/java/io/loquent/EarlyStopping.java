package io.loquent;

/**
 * When a beam search with enough finished candidates ends (Hugging Face {@code early_stopping}).
 */
public enum EarlyStopping {
  /** As soon as there are {@code num_beams} finished candidates. */
  TRUE,
  /** When the best running beam, at its present length, cannot beat the worst finished one. */
  FALSE,
  /** When no running beam can beat the worst finished one at any length. */
  NEVER
}
