package io.loquent;

/** Why a candidate ended. */
public enum FinishReason {
  /** An end-of-sequence token was generated (or forced). */
  END_OF_SEQUENCE,
  /** One of the stop strings appeared; the text ends before it. */
  STOP_STRING,
  /** A {@link StoppingCriterion} of the request said so. */
  STOPPING_CRITERION,
  /** The text is what its {@link OutputConstraint} asks for, and nothing may follow. */
  CONSTRAINT_COMPLETE,
  /** {@code max_new_tokens} or {@code max_length} was reached. */
  MAX_TOKENS,
  /** The model's context is full. */
  CONTEXT_FULL,
  /** The request was cancelled; the candidate holds what there was. */
  CANCELLED,
  /** {@code max_time} had passed; the candidate holds what there was. */
  TIMED_OUT
}
