package io.loquent;

/**
 * A word of a text and where in the input it was heard. Immutable.
 *
 * @param text the word, without spaces
 * @param span from the first frame of its first token to the last frame of its last one
 */
public record Word(String text, FrameSpan span) {}
