/**
 * The hot paths in Java, one by one, under JMH: {@code java -jar benchmarks.jar jmh [JMH's own
 * options]}.
 */
@NullMarked
package io.loquent.samples.benchmarks.jmh;

import org.jspecify.annotations.NullMarked;
