/**
 * Text to token ids and back: tokenizers, incremental detokenizing and chat templates. It may use
 * the API module, Guava, the DJL HuggingFace tokenizers and SLF4J, and never ONNX Runtime.
 *
 * <p>{@link io.loquent.tokenizers.TokenizerFolder} opens what a model folder holds. Encoding and
 * decoding run in the native tokenizers library. Incremental detokenizing does not: comparing
 * decoded windows, as is common, gives other text than the full decode where a decoder looks back
 * (byte fallback) or treats the first token differently, so the decoder's definition is carried out
 * as a chain of stages, each of which holds back exactly what may still change.
 *
 * <p>Two system properties are set before the first tokenizer is opened, each only if the host
 * application has set neither it nor the environment variable of that name: {@code
 * OPT_OUT_TRACKING=true} keeps DJL from reporting the process to its makers, {@code
 * RUST_FLAVOR=cpu} keeps it from downloading a library for a GPU.
 */
@NullMarked
package io.loquent.tokenizers;

import org.jspecify.annotations.NullMarked;
