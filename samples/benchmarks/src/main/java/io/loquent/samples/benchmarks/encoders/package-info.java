/** How many sentences an encoder embeds in a second, beside the loop that one writes first. */
@NullMarked
package io.loquent.samples.benchmarks.encoders;

import org.jspecify.annotations.NullMarked;
