package io.loquent.decoding.parallel.refine;

/**
 * How many tokens a canvas is to hold, its ends left out.
 *
 * @param tokens at least 1
 * @param isLimited whether the model wants more than the options or its context allow
 */
record TargetLength(int tokens, boolean isLimited) {}
