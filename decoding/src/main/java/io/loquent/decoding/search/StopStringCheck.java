package io.loquent.decoding.search;

import io.loquent.InvalidRequestException;
import io.loquent.Option;
import io.loquent.TokenSequence;
import io.loquent.decoding.SearchSetup;
import io.loquent.spi.Tokenizer;
import java.util.List;

/**
 * Says whether a stop string ends inside the text of a sequence's newest token (Hugging Face {@code
 * StopStringCriteria}, but over the generated text only). It keeps nothing between calls, so that
 * beams may be checked in any order: each call decodes the last few tokens.
 */
final class StopStringCheck {

  /**
   * How much more than the longest stop string the decoded window holds: its first character may
   * lack bytes that are before the window, or a space that a tokenizer strips at the start.
   */
  private static final int MARGIN = 5;

  private final List<String> stops;
  private final Tokenizer tokenizer;
  private final boolean skipSpecialTokens;
  private final int longest;

  /** How many of the first characters are the prompt's. */
  private final int healed;

  private StopStringCheck(
      List<String> stops, Tokenizer tokenizer, boolean skipSpecialTokens, int healed) {
    this.healed = healed;
    this.stops = stops;
    this.tokenizer = tokenizer;
    this.skipSpecialTokens = skipSpecialTokens;
    longest = stops.stream().mapToInt(String::length).max().orElse(0);
  }

  /**
   * Makes a request's check.
   *
   * @throws InvalidRequestException if there are stop strings but no tokenizer
   */
  static StopStringCheck of(SearchSetup setup, List<String> stops) {
    Tokenizer tokenizer = setup.tokenizer();
    if (tokenizer == null) {
      throw new InvalidRequestException(
          "stop_strings "
              + stops
              + " need a tokenizer, and the model folder has none; add its tokenizer.json, or set"
              + " eos_token_id to the ids that end a sequence");
    }
    boolean skip = setup.options().get(Option.SKIP_SPECIAL_TOKENS).orElse(true);
    return new StopStringCheck(stops, tokenizer, skip, setup.prompt().healedCharacters());
  }

  boolean stops(TokenSequence tokens) {
    int generated = tokens.generatedLength();
    int window = Math.min(generated, longest + healed + MARGIN);
    String before = decode(tokens, window, 1);
    // Tokens may have no text of their own: parts of a character, special tokens.
    while (window < generated && before.length() < longest + MARGIN) {
      window = Math.min(generated, 2 * window);
      before = decode(tokens, window, 1);
    }
    String text = decode(tokens, window, 0);
    int known = commonPrefix(before, text);
    // Only a window over all of the text begins with what is the prompt's.
    int hidden = window == generated ? Math.min(healed, text.length()) : 0;
    return StopStrings.endsInside(text.substring(hidden), Math.max(0, known - hidden), stops);
  }

  /** Decodes the last {@code window} tokens but the very last {@code without}. */
  private String decode(TokenSequence tokens, int window, int without) {
    int[] ids = new int[window - without];
    int first = tokens.length() - window;
    for (int i = 0; i < ids.length; i++) {
      ids[i] = tokens.get(first + i);
    }
    return ids.length == 0 ? "" : tokenizer.decode(ids, skipSpecialTokens);
  }

  private static int commonPrefix(String a, String b) {
    int length = 0;
    while (length < a.length() && length < b.length() && a.charAt(length) == b.charAt(length)) {
      length++;
    }
    return length;
  }
}
