/**
 * Encoders: opens an {@link io.loquent.encoder.Encoder} over a graph, and has one class for each
 * task, from texts to rows of tokens ({@code TextReader}), through the graph in batches ({@code
 * RowBatches}), to results. The arithmetic on what the graph gives is in {@code
 * io.loquent.decoding.heads}.
 */
@NullMarked
package io.loquent.runtime.encoder;

import org.jspecify.annotations.NullMarked;
