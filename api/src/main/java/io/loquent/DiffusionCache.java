package io.loquent;

/** What a masked diffusion model keeps of earlier runs (Wu et al. 2025, Fast-dLLM). */
public enum DiffusionCache {
  /** Nothing: each run goes over the prompt and the whole canvas. */
  NONE,
  /** The keys and values before the block that is filled, as of the block's beginning. */
  PREFIX,
  /** Those before and behind the block. */
  DUAL
}
