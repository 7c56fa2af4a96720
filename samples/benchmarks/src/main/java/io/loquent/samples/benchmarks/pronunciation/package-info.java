/** Measures what the bundled pronunciation models get wrong, and what their answers cost. */
@NullMarked
package io.loquent.samples.benchmarks.pronunciation;

import org.jspecify.annotations.NullMarked;
