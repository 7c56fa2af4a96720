/**
 * Decoding over canvases that are refined run by run: one-shot decoding, mask-predict, iterative
 * refinement and easy-first for models that fill masked slots, and the edits of the Levenshtein
 * Transformer and the Insertion Transformer.
 */
@NullMarked
package io.loquent.decoding.parallel.refine;

import org.jspecify.annotations.NullMarked;
