package io.loquent;

/** How a model that fills masked canvases does so. */
public enum RefinementStrategy {
  /**
   * Mask-predict (Ghazvininejad et al. 2019): each iteration masks the tokens again that the model
   * was least sure of, fewer each time, and predicts those. With one iteration it is one-shot
   * decoding (Gu et al. 2018).
   */
  MASK_PREDICT,
  /**
   * Iterative refinement (Lee et al. 2018): each iteration predicts every token anew from the last
   * canvas, until nothing changes.
   */
  ITERATIVE_REFINEMENT,
  /**
   * Easy-first: a beam over canvases that fills one slot per iteration, whichever the model is
   * surest of. The number of iterations is the length, and {@code num_beams} the width.
   */
  EASY_FIRST
}
