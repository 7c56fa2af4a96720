package io.loquent.decoding.parallel.diffusion;

import io.loquent.ContextLengthException;
import io.loquent.InvalidRequestException;
import io.loquent.decoding.parallel.ParallelModel;
import io.loquent.decoding.parallel.ParallelSearch;
import io.loquent.decoding.parallel.ParallelSetup;

/** Makes the searches of masked diffusion language models. Stateless and thread-safe. */
public final class DiffusionSearches {

  private DiffusionSearches() {}

  /**
   * Makes a search. Its canvas is the prompt and {@code max_new_tokens} masks, filled block by
   * block from left to right (semi-autoregressive decoding, Nie et al. 2025, LLaDA). Each run
   * chooses a token for every mask of the block, the most probable one or a drawn one ({@code
   * do_sample} with the options of sampling), and keeps some of them, the surest first ({@code
   * unmasking_order}, {@code alg_temp}): as many as {@code steps} says, or as {@code threshold} or
   * {@code factor} find sure enough (Wu et al. 2025, Fast-dLLM). A slot is as sure as its token is
   * probable before temperature and filters. With {@code remasking}, filled slots of the block
   * become masks again at random (Wang et al. 2025, ReMDM).
   *
   * <p>An end token, a stop string or a stopping criterion ends a result as soon as everything
   * before it is filled; what would be behind it is not filled. The prompt's row comes first, and
   * with a {@code guidance_scale} other than 1 a second one with the prompt masked.
   *
   * <p>Results have the sum of their tokens' log-probabilities as score, each as it was when the
   * token was kept. It is not the log-probability of the whole.
   *
   * @param setup all that the search is made from; its source is not used
   * @return a new search that has not begun yet
   * @throws InvalidRequestException if the options contradict each other, ask for what masked
   *     diffusion cannot do, or for a cache that the model does not have
   * @throws ContextLengthException if the prompt leaves no room for a single token
   */
  public static ParallelSearch of(ParallelSetup setup) {
    ParallelModel model = setup.model();
    if (model.family() != ParallelModel.Family.MASKED_DIFFUSION || !model.maskToken().isPresent()) {
      throw new IllegalArgumentException(
          "masked diffusion needs a model of that family with a mask token; found " + model);
    }
    return new DiffusionSearch(DiffusionRules.check(setup));
  }
}
