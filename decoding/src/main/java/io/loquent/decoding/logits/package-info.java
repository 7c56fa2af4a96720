/**
 * What happens to scores before a token is chosen: processors, warpers and the chain that runs them
 * in Hugging Face's order; also passes over a vocabulary that searches share.
 */
@NullMarked
package io.loquent.decoding.logits;

import org.jspecify.annotations.NullMarked;
