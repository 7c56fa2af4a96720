/**
 * Masked diffusion language models (LLaDA, Dream, MDLM): a prompt and a canvas of masks, in which
 * each run of the model fills some slots. Which ones, how many, and with what are policies of their
 * own.
 */
@NullMarked
package io.loquent.decoding.parallel.diffusion;

import org.jspecify.annotations.NullMarked;
