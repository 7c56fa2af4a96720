package io.loquent;

/**
 * Raises the end token's score exponentially with length (Hugging Face {@code
 * exponential_decay_length_penalty}).
 *
 * @param startIndex generated tokens after which it starts, at least 0
 * @param factor growth per token, above 0
 */
public record ExponentialDecay(int startIndex, double factor) {}
