package io.loquent.encoder;

/** What turns logits into the scores of labels (Hugging Face {@code function_to_apply}). */
public enum ClassificationFunction {
  /** One of the labels fits: their scores are probabilities that add up to 1. */
  SOFTMAX,
  /** Any number of labels fit: each score is a probability of its own. */
  SIGMOID,
  /** The logits themselves, as for regression. */
  NONE
}
