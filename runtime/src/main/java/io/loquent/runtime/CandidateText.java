package io.loquent.runtime;

import io.loquent.Token;
import io.loquent.decoding.ChosenToken;
import io.loquent.decoding.search.StopStrings;
import io.loquent.spi.IncrementalDetokenizer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Turns the chosen tokens of one candidate into tokens with text, one after another. Confined to
 * one thread.
 *
 * <p>Text that might be the beginning of a stop string is held back until that is decided, so that
 * no part of a stop string is shown unless all of it is wanted.
 */
final class CandidateText {

  private final @Nullable IncrementalDetokenizer detokenizer;
  private final List<String> stopStrings;
  private final boolean keepsStop;
  private final StringBuilder heldBack = new StringBuilder();
  private int skip;
  private int index;

  /**
   * Creates the text of a candidate.
   *
   * @param detokenizer a new one; null for a model without a tokenizer
   * @param stopStrings what no part of is shown
   * @param keepsStop whether the stop string that ends the text is shown all the same
   * @param skipped how many of the first characters are not shown
   */
  CandidateText(
      @Nullable IncrementalDetokenizer detokenizer,
      List<String> stopStrings,
      boolean keepsStop,
      int skipped) {
    this.detokenizer = detokenizer;
    this.keepsStop = keepsStop;
    skip = skipped;
    this.stopStrings = stopStrings;
  }

  /**
   * Takes the next token.
   *
   * @param token the token
   * @param last whether the candidate is complete with it, so that nothing needs to be held back
   * @param stopped whether it completed a stop string
   */
  Token next(ChosenToken token, boolean last, boolean stopped) {
    String text = "";
    if (detokenizer != null) {
      heldBack.append(detokenizer.append(token.id()));
      if (last) {
        heldBack.append(detokenizer.flush());
      }
      int skippedNow = Math.min(skip, heldBack.length());
      heldBack.delete(0, skippedNow);
      skip -= skippedNow;
      text = release(last, stopped);
    }
    return new Token(
        index++,
        token.id(),
        text,
        token.logProbability(),
        token.rawLogProbability(),
        token.top(),
        token.span());
  }

  private String release(boolean last, boolean stopped) {
    int end = heldBack.length();
    if (stopped) {
      String text = heldBack.toString();
      int stop =
          keepsStop
              ? StopStrings.endOfFirst(text, stopStrings)
              : StopStrings.indexOfFirst(text, stopStrings);
      end = stop < 0 ? end : stop;
    } else if (!last) {
      end -= StopStrings.heldBack(heldBack.toString(), stopStrings);
    }
    String text = heldBack.substring(0, end);
    heldBack.delete(0, end);
    return text;
  }
}
