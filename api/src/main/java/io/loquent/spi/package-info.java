/** What an implementation of Loquent provides: generators and tokenizers. */
@NullMarked
package io.loquent.spi;

import org.jspecify.annotations.NullMarked;
