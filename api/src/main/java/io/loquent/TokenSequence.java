package io.loquent;

/**
 * One hypothesis while it is being generated: its prompt and what was generated so far. A read-only
 * view, valid only during the call that receives it; confined to the generating thread.
 *
 * <p>For an encoder-decoder model the prompt is the decoder's own (start token and decoder prompt),
 * as in Hugging Face's {@code input_ids} argument of a logits processor.
 */
public interface TokenSequence {

  /**
   * Returns the number of tokens, prompt included.
   *
   * @return tokens
   */
  int length();

  /**
   * Returns how many of the first tokens are the prompt.
   *
   * @return tokens
   */
  int promptLength();

  /**
   * Returns a token id.
   *
   * @param index from 0 to {@code length() - 1}; the prompt comes first
   * @return the id
   */
  int get(int index);

  /**
   * Returns the number of generated tokens.
   *
   * @return tokens, without the prompt
   */
  default int generatedLength() {
    return length() - promptLength();
  }

  /**
   * Copies the generated tokens.
   *
   * @return ids without the prompt, a new array
   */
  default int[] generated() {
    int[] ids = new int[generatedLength()];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = get(promptLength() + i);
    }
    return ids;
  }
}
