/** Writes ONNX graphs: enough of the format for models of our own making. */
@NullMarked
package io.loquent.samples.benchmarks.graph;

import org.jspecify.annotations.NullMarked;
