package io.loquent.decoding.parallel;

import io.loquent.decoding.SearchSetup;
import org.jspecify.annotations.Nullable;

/**
 * All that a parallel search is made from.
 *
 * @param search the request and its options; its prompt is what a masked diffusion model continues,
 *     and empty for other families
 * @param model what the model is
 * @param source the tokens that the encoder reads, or those that a masked language model fills the
 *     masks among; empty where it reads audio or images, or where there is none. Not copied; must
 *     not change
 * @param reranker scores the candidates of a length beam; null if their own scores do
 */
@SuppressWarnings("ArrayRecordComponent") // Never compared.
public record ParallelSetup(
    SearchSetup search, ParallelModel model, int[] source, @Nullable Reranker reranker) {}
