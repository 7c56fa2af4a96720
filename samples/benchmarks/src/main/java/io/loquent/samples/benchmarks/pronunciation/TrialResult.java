package io.loquent.samples.benchmarks.pronunciation;

/**
 * Quality and cost of a contestant over all words.
 *
 * @param contestant the model and its decoding
 * @param wordErrorRate percent of the words
 * @param phonemeErrorRate percent of the phonemes
 * @param plainWordErrorRate the same, stress ignored
 * @param plainPhonemeErrorRate the same, stress ignored
 * @param millis per word, one word at a time
 * @param batchMillis per word, in batches
 * @param modelRuns per word, one word at a time
 * @param otherInBatch percent of the words whose answer is another one in a batch
 */
record TrialResult(
    Contestant contestant,
    double wordErrorRate,
    double phonemeErrorRate,
    double plainWordErrorRate,
    double plainPhonemeErrorRate,
    double millis,
    double batchMillis,
    double modelRuns,
    double otherInBatch) {}
