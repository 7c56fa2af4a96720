/**
 * Constrained output: what a text may be, and which tokens may come next.
 *
 * <p>A constraint (choices, a regular expression, a JSON schema, a grammar) is compiled to a {@link
 * io.loquent.decoding.constraint.Grammar} of rules, whose bodies are regular expressions over bytes
 * and calls of rules. {@link io.loquent.decoding.constraint.PushdownAutomaton} reads bytes: its
 * states are sets of stacks, determinized while they are met. {@link
 * io.loquent.decoding.constraint.TokenMasks} runs it over the vocabulary, which is a trie of bytes,
 * and keeps the outcome, so that the set of possible tokens is mostly looked up.
 */
@NullMarked
package io.loquent.decoding.constraint;

import org.jspecify.annotations.NullMarked;
