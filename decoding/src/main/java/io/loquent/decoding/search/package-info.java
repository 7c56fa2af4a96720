/** How tokens are chosen: greedy search, sampling, the beam searches, contrastive search. */
@NullMarked
package io.loquent.decoding.search;

import org.jspecify.annotations.NullMarked;
