/**
 * ONNX model files, read and extended without ONNX Runtime and without a protobuf library: what a
 * file refers to and which operators it needs, copies of a decoder that give more or work less, and
 * parts of a decoder as models of their own, to see what they compute. Internal to the runtime: no
 * part of the public interface.
 *
 * <p>Only the wire format (<a href="https://protobuf.dev/programming-guides/encoding/">protobuf
 * encoding</a>) and the few fields of <a
 * href="https://github.com/onnx/onnx/blob/main/onnx/onnx.proto">onnx.proto</a> that are needed are
 * known here; everything else is stepped over by its length, so weights are never read into memory
 * for a look at a file.
 */
@NullMarked
package io.loquent.runtime.onnx;

import org.jspecify.annotations.NullMarked;
