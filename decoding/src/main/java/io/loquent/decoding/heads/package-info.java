/** What the numbers of an encoder's heads mean: arrays go in, arrays and records come out. */
@NullMarked
package io.loquent.decoding.heads;

import org.jspecify.annotations.NullMarked;
