package io.loquent.samples.benchmarks.run;

import io.loquent.samples.benchmarks.worker.Workload;

/**
 * The bytes that a decoding step must read at least, whatever reads them.
 *
 * @param weightBytes the weights, once per step, however many rows there are
 * @param cacheBytes a position of a row in the cache
 * @param growsFromPrompt whether the prompt is in the cache that grows
 */
record Roofline(long weightBytes, long cacheBytes, boolean growsFromPrompt) {

  /** How many tokens per second memory of this speed allows on average over the call. */
  double tokensPerSecond(Workload workload, double bytesPerSecond) {
    int rows = workload.batch() * workload.beams();
    double positions = (growsFromPrompt ? workload.promptTokens() : 0) + workload.newTokens() / 2.0;
    double bytesPerStep = weightBytes + rows * positions * cacheBytes;
    return workload.batch() * bytesPerSecond / bytesPerStep;
  }
}
