package io.loquent.samples.benchmarks.models;

import java.nio.file.Path;

/**
 * A model folder that was built.
 *
 * @param folder where it is
 * @param form which kind of graph it holds
 * @param precision how its weights are stored
 * @param vocabulary number of tokens
 * @param startToken what starts a sequence of the decoder
 * @param endToken what ends it
 * @param weightBytes the bytes of weights that one decoding step reads
 * @param cacheBytes the bytes that a position of a row takes in the cache
 */
public record BenchmarkModel(
    Path folder,
    Form form,
    Precision precision,
    int vocabulary,
    int startToken,
    int endToken,
    long weightBytes,
    long cacheBytes) {}
