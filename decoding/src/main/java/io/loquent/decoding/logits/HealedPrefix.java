package io.loquent.decoding.logits;

import io.loquent.LogitsProcessor;
import io.loquent.TokenSequence;
import io.loquent.decoding.constraint.TokenBytes;

/**
 * Lets the generated text begin only with what was cut off the prompt's end, in whatever tokens:
 * token healing (Hugging Face {@code heal_tokens}, but as a condition instead of a bias). Stateless
 * and thread-safe.
 */
public final class HealedPrefix implements LogitsProcessor {

  private final TokenBytes tokens;
  private final byte[] prefix;

  /**
   * Creates a processor.
   *
   * @param tokens the bytes of the vocabulary's tokens
   * @param prefix what was cut off, in bytes of UTF-8; copied
   */
  public HealedPrefix(TokenBytes tokens, byte[] prefix) {
    this.tokens = tokens;
    this.prefix = prefix.clone();
  }

  @Override
  public void process(TokenSequence sequence, float[] scores) {
    int written = 0;
    int first = sequence.length() - sequence.generatedLength();
    for (int i = first; i < sequence.length() && written < prefix.length; i++) {
      byte[] bytes = tokens.bytes(sequence.get(i), false);
      written += bytes == null ? 0 : bytes.length;
    }
    if (written >= prefix.length) {
      return;
    }
    for (int id = 0; id < scores.length; id++) {
      if (!continues(id, written)) {
        scores[id] = Float.NEGATIVE_INFINITY;
      }
    }
  }

  /**
   * Says whether a token may be the next one.
   *
   * @param id a vocabulary id
   * @param written how many bytes of the prefix are there already
   * @return true if it is the beginning of the rest, or begins with it
   */
  public boolean continues(int id, int written) {
    byte[] bytes = id < tokens.size() ? tokens.bytes(id, false) : null;
    if (bytes == null || bytes.length == 0) {
      return false;
    }
    int compared = Math.min(bytes.length, prefix.length - written);
    for (int i = 0; i < compared; i++) {
      if (bytes[i] != prefix[written + i]) {
        return false;
      }
    }
    return true;
  }
}
