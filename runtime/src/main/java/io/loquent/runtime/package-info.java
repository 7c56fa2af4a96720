/**
 * Model folders, ONNX Runtime sessions, native tensors, caches and feature extraction, wired into a
 * generator. It may use every other library module, ONNX Runtime, Guava and SLF4J; an algorithm
 * that picks tokens belongs in the decoding module instead.
 */
@NullMarked
package io.loquent.runtime;

import org.jspecify.annotations.NullMarked;
