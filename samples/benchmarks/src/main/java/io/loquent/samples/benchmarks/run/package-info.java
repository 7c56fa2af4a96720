/** Starts the measured programs, interleaves their rounds and writes the table. */
@NullMarked
package io.loquent.samples.benchmarks.run;

import org.jspecify.annotations.NullMarked;
