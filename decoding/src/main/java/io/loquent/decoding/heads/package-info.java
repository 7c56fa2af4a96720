/**
 * What encoders' heads mean: arithmetic on the numbers that a graph gives for texts and tokens,
 * without tokenizers or graphs.
 */
@NullMarked
package io.loquent.decoding.heads;

import org.jspecify.annotations.NullMarked;
