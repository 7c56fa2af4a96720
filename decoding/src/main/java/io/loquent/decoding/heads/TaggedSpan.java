package io.loquent.decoding.heads;

/**
 * Neighbouring tokens with one label.
 *
 * @param label the label, or the type of an entity without the label's prefix
 * @param score a probability from 0 to 1
 * @param first index of the first token
 * @param last index of the last token, inclusive
 */
public record TaggedSpan(String label, double score, int first, int last) {}
