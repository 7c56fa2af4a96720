/**
 * Model folders and graphs: detection, sessions, native tensors, and the decoding states over them.
 * It answers what comes out of a graph; what to do with that is the decoding module's business.
 *
 * <p>Internal: public types here are for {@code io.loquent.runtime} only.
 */
@NullMarked
package io.loquent.runtime.model;

import org.jspecify.annotations.NullMarked;
