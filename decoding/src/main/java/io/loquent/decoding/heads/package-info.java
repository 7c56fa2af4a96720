/**
 * The arithmetic on what an encoder's graph gives: pooling, layers behind the graph, and the scores
 * of its heads. Arrays in, arrays and records out.
 */
@NullMarked
package io.loquent.decoding.heads;

import org.jspecify.annotations.NullMarked;
