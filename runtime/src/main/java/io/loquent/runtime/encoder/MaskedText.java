package io.loquent.runtime.encoder;

import io.loquent.spi.TokenizedText;
import io.loquent.spi.Tokenizer;
import java.util.Arrays;

/**
 * Writes tokens where a text has masks, and leaves everything else of it as it is. A token reads as
 * the tokenizer would decode it behind what is on its left, so that pieces of words join the word
 * before them. Confined to one thread.
 */
final class MaskedText {

  /** So many tokens on the left tell how a token is joined to them. */
  private static final int CONTEXT = 16;

  private final String text;
  private final TokenizedText tokens;
  private final Tokenizer tokenizer;
  private final Mask mask;

  MaskedText(String text, TokenizedText tokens, Tokenizer tokenizer, Mask mask) {
    this.text = text;
    this.tokens = tokens;
    this.tokenizer = tokenizer;
    this.mask = mask;
  }

  /** Where a mask starts; what the tokenizer takes with it, such as the space before, is not it. */
  int start(int place) {
    int at = text.indexOf(mask.spelling(), tokens.start(place));
    return at >= 0 && at < tokens.end(place) ? at : tokens.start(place);
  }

  int end(int place) {
    int start = start(place);
    return text.startsWith(mask.spelling(), start)
        ? start + mask.spelling().length()
        : tokens.end(place);
  }

  /**
   * Fills masks.
   *
   * @param places indices of masks among the tokens, ascending; others stay
   * @param ids what stands in their places
   */
  String filled(int[] places, int[] ids) {
    int[] known = tokens.ids();
    StringBuilder filled = new StringBuilder();
    int copied = 0;
    for (int i = 0; i < places.length; i++) {
      int start = start(places[i]);
      known[places[i]] = ids[i];
      String left = left(known, places[i]);
      filled.append(text, copied, start);
      append(left, behind(left, known, places[i]), ids[i], filled);
      copied = end(places[i]);
    }
    return filled.append(text, copied, text.length()).toString();
  }

  private String left(int[] known, int place) {
    return tokenizer.decode(Arrays.copyOfRange(known, first(place), place), false);
  }

  /** What a token adds to the text on its left. */
  private String behind(String left, int[] known, int place) {
    String alone = tokenizer.decode(new int[] {known[place]}, false);
    if (left.isEmpty()) {
      return alone;
    }
    String with = tokenizer.decode(Arrays.copyOfRange(known, first(place), place + 1), false);
    return with.startsWith(left) ? with.substring(left.length()) : alone;
  }

  private int first(int place) {
    int first = place;
    while (first > 0 && place - first < CONTEXT && !tokens.isSpecial(first - 1)) {
      first--;
    }
    return first;
  }

  /** White space that is a token stays; other white space is as the filled token has it. */
  private void append(String left, String addition, int id, StringBuilder filled) {
    if (left.isEmpty() || isSpace(left.charAt(left.length() - 1))) {
      filled.append(addition);
      return;
    }
    int end = filled.length();
    while (end > 0 && isSpace(filled.charAt(end - 1))) {
      end--;
    }
    boolean hasSpace = end < filled.length();
    boolean wantsSpace = !addition.isEmpty() && addition.charAt(0) == ' ';
    if (hasSpace && !wantsSpace) {
      filled.setLength(end);
    }
    // Decoders put spaces between words that are their own only where the vocabulary has them.
    boolean dropsSpace = wantsSpace && (hasSpace || !spellsSpace(id));
    filled.append(dropsSpace ? addition.substring(1) : addition);
  }

  private boolean spellsSpace(int id) {
    String spelling = tokenizer.idToToken(id).orElse("");
    return !spelling.isEmpty() && " \u0120\u2581".indexOf(spelling.charAt(0)) >= 0;
  }

  private static boolean isSpace(char unit) {
    return Character.isWhitespace(unit);
  }
}
