/** The programs on ONNX Runtime that are measured: Loquent, and the loop that one writes first. */
@NullMarked
package io.loquent.samples.benchmarks.engines;

import org.jspecify.annotations.NullMarked;
