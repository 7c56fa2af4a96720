package io.loquent;

/**
 * What a request cost. Immutable.
 *
 * @param promptTokens tokens of the prompt (for encoder-decoders: of the encoder's input), without
 *     padding
 * @param cachedPromptTokens how many of them were remembered by a {@link Session} or the prompt
 *     cache, and did not run
 * @param generatedTokens tokens of all returned candidates
 * @param modelRuns runs of the decoder graph that this request took part in; a run that is shared
 *     with other requests of a batch counts for each of them
 */
public record Usage(int promptTokens, int cachedPromptTokens, int generatedTokens, int modelRuns) {}
