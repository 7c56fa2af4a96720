/**
 * What a host application sees of Loquent: {@link io.loquent.Generator}, requests, options,
 * results, errors and model configuration.
 *
 * <p>This module depends on nothing but the JDK, within the subset that Android API 26 offers.
 * Implementations are found through {@link io.loquent.spi.GeneratorProvider}.
 */
@NullMarked
package io.loquent;

import org.jspecify.annotations.NullMarked;
