/**
 * Encoders: models that read text and write none. {@link io.loquent.encoder.Encoder} embeds, ranks,
 * classifies, tags, answers questions and fills masks.
 */
@NullMarked
package io.loquent.encoder;

import org.jspecify.annotations.NullMarked;
