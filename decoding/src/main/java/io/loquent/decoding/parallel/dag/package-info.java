/**
 * The directed acyclic Transformer (Huang et al. 2022, "Directed Acyclic Transformer for
 * Non-Autoregressive Machine Translation"): one run gives a graph of vertices, a distribution of
 * tokens at each, and the probabilities of the links between them; an output is a path from the
 * first vertex to the last one.
 */
@NullMarked
package io.loquent.decoding.parallel.dag;

import org.jspecify.annotations.NullMarked;
