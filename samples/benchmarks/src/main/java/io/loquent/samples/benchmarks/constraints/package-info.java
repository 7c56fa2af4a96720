/** What holding output to a constraint costs. */
@NullMarked
package io.loquent.samples.benchmarks.constraints;

import org.jspecify.annotations.NullMarked;
