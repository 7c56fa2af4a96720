/** Models of real shapes with random weights, and the formats that the compared programs read. */
@NullMarked
package io.loquent.samples.benchmarks.models;

import org.jspecify.annotations.NullMarked;
