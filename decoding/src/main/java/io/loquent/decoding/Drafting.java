package io.loquent.decoding;

import java.util.function.LongSupplier;

/**
 * How a request drafts.
 *
 * @param drafter guesses tokens
 * @param length how many
 * @param clock nanoseconds from some point on, for what drafts and runs take
 */
public record Drafting(Drafter drafter, DraftLength length, LongSupplier clock) {}
