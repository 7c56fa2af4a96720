/**
 * What a measured program and the runner say to each other: lines of {@code name=value} pairs over
 * standard input and output. Needs nothing but the JDK, so that it fits onto any program's class
 * path.
 */
@NullMarked
package io.loquent.samples.benchmarks.worker;

import org.jspecify.annotations.NullMarked;
