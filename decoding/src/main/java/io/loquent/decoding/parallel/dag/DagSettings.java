package io.loquent.decoding.parallel.dag;

import io.loquent.DagStrategy;
import io.loquent.decoding.SearchSetup;
import io.loquent.decoding.parallel.ParallelModel;
import io.loquent.decoding.parallel.TokenLanguageModel;
import org.jspecify.annotations.Nullable;

/**
 * What one request asks of a directed acyclic Transformer.
 *
 * @param search the request with the options that its strategy reads
 * @param model what the model is
 * @param strategy how a path is found
 * @param sequences results, at least 1
 * @param beta weight of a token's log-probability in lookahead
 * @param lengthPenalty exponent of the length
 * @param ngramSize n-grams of this size do not repeat; 0 for no such rule
 * @param beams beginnings kept
 * @param languageModel scores beams; null for none
 * @param languageModelWeight its weight
 */
record DagSettings(
    SearchSetup search,
    ParallelModel model,
    DagStrategy strategy,
    int sequences,
    double beta,
    double lengthPenalty,
    int ngramSize,
    int beams,
    @Nullable TokenLanguageModel languageModel,
    double languageModelWeight) {}
