/**
 * Semantic search over a folder of text files: passages, their vectors in memory, and the nearest
 * to a question. Written to be read and copied.
 */
@NullMarked
package io.loquent.samples.search;

import org.jspecify.annotations.NullMarked;
