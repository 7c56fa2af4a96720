/**
 * Every algorithm that picks tokens: logits processors, samplers, searches, speculation,
 * non-autoregressive decoders, CTC and constraints. It may use the API module and Guava, and never
 * ONNX Runtime, a tokenizer, a file or a thread, so that each algorithm can be tested on plain
 * arrays.
 */
@NullMarked
package io.loquent.decoding;

import org.jspecify.annotations.NullMarked;
