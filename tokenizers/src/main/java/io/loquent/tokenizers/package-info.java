/**
 * Text to token ids and back: tokenizers, incremental detokenizing and chat templates. It may use
 * the API module, Guava, the DJL HuggingFace tokenizers and SLF4J, and never ONNX Runtime.
 */
@NullMarked
package io.loquent.tokenizers;

import org.jspecify.annotations.NullMarked;
