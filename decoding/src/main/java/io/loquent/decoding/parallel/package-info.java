/**
 * Non-autoregressive decoding: many tokens per run of the model, by graphs that see a whole canvas
 * at once. One interface for the models ({@link io.loquent.decoding.parallel.ParallelState}), one
 * for the algorithms ({@link io.loquent.decoding.parallel.ParallelSearch}), and a package for each
 * family of algorithms:
 *
 * <ul>
 *   <li>{@code refine}: one-shot decoding, iterative refinement, mask-predict, easy-first,
 *       Levenshtein and insertion, over canvases;
 *   <li>{@code ctc}: connectionist temporal classification, over frames;
 *   <li>{@code dag}: the directed acyclic Transformer, over vertices and their links;
 *   <li>{@code diffusion}: masked diffusion language models, over a prompt and a canvas.
 * </ul>
 *
 * <p>{@link io.loquent.decoding.parallel.ReadOptions} lists the options that each of them reads;
 * any other one that a request sets is refused, so that none is ignored.
 */
@NullMarked
package io.loquent.decoding.parallel;

import org.jspecify.annotations.NullMarked;
