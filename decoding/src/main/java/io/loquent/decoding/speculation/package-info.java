/** Guesses of tokens for speculative decoding: where they come from, and how many of them pay. */
@NullMarked
package io.loquent.decoding.speculation;

import org.jspecify.annotations.NullMarked;
