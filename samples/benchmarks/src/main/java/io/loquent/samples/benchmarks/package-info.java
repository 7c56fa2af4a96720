/**
 * Measures Loquent against its peers on the same weights, in one run. Every program runs in a
 * process of its own; rounds are interleaved, so that what slows the machine slows all of them.
 */
@NullMarked
package io.loquent.samples.benchmarks;

import org.jspecify.annotations.NullMarked;
