package io.loquent.samples.search;

import java.nio.file.Path;

/**
 * A part of a file that is found as a whole. Immutable.
 *
 * @param file the file
 * @param line where the passage starts in it, from 1
 * @param text what stands there
 */
public record Passage(Path file, int line, String text) {}
