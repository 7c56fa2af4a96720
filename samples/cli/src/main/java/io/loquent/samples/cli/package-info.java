/**
 * Loquent on the command line. It may use everything; code that a user of the library needs belongs
 * in a library module instead.
 */
@NullMarked
package io.loquent.samples.cli;

import org.jspecify.annotations.NullMarked;
