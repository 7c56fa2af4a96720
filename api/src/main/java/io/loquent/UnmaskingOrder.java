package io.loquent;

/** Which masked slots a masked diffusion model fills first. */
public enum UnmaskingOrder {
  /** Those whose token is most probable (LLaDA {@code low_confidence}, MaskGIT). */
  LOW_CONFIDENCE,
  /** Those whose token is the most probable by the widest margin (Dream {@code topk_margin}). */
  MARGIN,
  /** Those with the least entropy (Dream {@code entropy}). */
  ENTROPY,
  /** Any, at random. */
  RANDOM
}
