package io.loquent.decoding;

/**
 * What a search has to know about the prompt of its request. The arrays are not copied and must not
 * change.
 *
 * @param ids what {@code TokenSequence}s start with: the prompt of a decoder-only model, the
 *     decoder start and decoder prompt of an encoder-decoder; with left padding only if it is to be
 *     penalized
 * @param encoderIds what the encoder-related processors look at: the encoder's input, or the prompt
 *     of a decoder-only model; empty for audio and image encoders
 * @param contextRoom how many tokens the model's context has room for after the prompt; {@link
 *     Integer#MAX_VALUE} if it is not limited
 */
@SuppressWarnings("ArrayRecordComponent") // Never compared.
public record SearchPrompt(int[] ids, int[] encoderIds, int contextRoom) {}
