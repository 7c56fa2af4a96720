package io.loquent;

/**
 * Raises the end token's score exponentially with length (Hugging Face {@code
 * exponential_decay_length_penalty}).
 *
 * @param startIndex generated tokens after which it starts, at least 0
 * @param factor growth per token, above 0
 */
public record ExponentialDecay(int startIndex, double factor) {

  /**
   * Checks the values.
   *
   * @param startIndex generated tokens after which it starts
   * @param factor growth per token
   * @throws InvalidRequestException for a negative start, or a factor that is not above 0 and
   *     finite
   */
  public ExponentialDecay {
    if (startIndex < 0 || !(factor > 0) || Double.isInfinite(factor)) {
      throw new InvalidRequestException(
          "exponential_decay_length_penalty must be [start index (at least 0), factor (above 0)];"
              + " found ["
              + startIndex
              + ", "
              + factor
              + "]");
    }
  }
}
