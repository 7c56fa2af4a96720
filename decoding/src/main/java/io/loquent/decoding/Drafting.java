package io.loquent.decoding;

/**
 * How a request drafts.
 *
 * @param drafter guesses tokens
 * @param length how many
 */
public record Drafting(Drafter drafter, DraftLength length) {}
