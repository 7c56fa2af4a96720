/** Language models that searches consult beside the model that they decode. */
@NullMarked
package io.loquent.decoding.lm;

import org.jspecify.annotations.NullMarked;
