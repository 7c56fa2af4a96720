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
 * @param healedCharacters how much of the generated text only repeats the prompt's end ({@code
 *     token_healing}), so that no stop string is looked for there
 */
@SuppressWarnings("ArrayRecordComponent") // Never compared.
public record SearchPrompt(int[] ids, int[] encoderIds, int contextRoom, int healedCharacters) {

  /**
   * Creates the prompt of a request whose text begins behind it.
   *
   * @param ids what {@code TokenSequence}s start with
   * @param encoderIds what the encoder-related processors look at
   * @param contextRoom how many tokens the model's context has room for after the prompt
   */
  public SearchPrompt(int[] ids, int[] encoderIds, int contextRoom) {
    this(ids, encoderIds, contextRoom, 0);
  }
}
