package io.loquent.decoding.heads;

/**
 * Tokens that may be an answer.
 *
 * @param first index in the text of the first token
 * @param last index of the last token, inclusive
 * @param start where its text starts, in UTF-16 units
 * @param end where its text ends, exclusive
 * @param logit the logit of its start and that of its end added up
 * @param score a probability from 0 to 1
 */
public record AnswerSpan(int first, int last, int start, int end, double logit, double score) {}
