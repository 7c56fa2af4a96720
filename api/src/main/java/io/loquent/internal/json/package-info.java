/**
 * A strict JSON reader and writer for Loquent's own modules. Not part of the public API.
 *
 * <p>It exists so that the api module needs no dependency: every dependency of ours is forced on
 * every host application, and JSON libraries are the ones that clash most often.
 */
@NullMarked
package io.loquent.internal.json;

import org.jspecify.annotations.NullMarked;
