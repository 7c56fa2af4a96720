package io.loquent.decoding.parallel.diffusion;

import io.loquent.DiffusionCache;
import io.loquent.UnmaskingOrder;
import io.loquent.decoding.SearchSetup;
import io.loquent.decoding.parallel.ParallelModel;
import org.jspecify.annotations.Nullable;

/**
 * What one request asks of masked diffusion.
 *
 * @param search the request with the options that masked diffusion reads
 * @param model what the model is
 * @param sequences results, at least 1
 * @param isSampling whether tokens are drawn
 * @param blocks what is filled together
 * @param rule how many slots each run fills
 * @param order which slots come first
 * @param orderTemperature above 0: slots are drawn, by their rank divided by this
 * @param remasking the schedule for masking again; null for none
 * @param guidanceScale 1 for no guidance
 * @param cache what is kept between runs
 */
record DiffusionSettings(
    SearchSetup search,
    ParallelModel model,
    int sequences,
    boolean isSampling,
    Blocks blocks,
    CommitRule rule,
    UnmaskingOrder order,
    double orderTemperature,
    @Nullable Remasking remasking,
    double guidanceScale,
    DiffusionCache cache) {

  boolean isGuided() {
    return guidanceScale != 1;
  }
}
