package io.loquent.tokenizers.chat;

/**
 * Finds a text in another in linear time. {@link String#indexOf(String)} takes the product of both
 * lengths for texts that were made for it, which a hostile template would use.
 */
final class TextSearch {

  /** Up to here the product is small, and {@code indexOf} is fast. */
  private static final int SHORT = 32;

  private TextSearch() {}

  /** The first place at or behind {@code from}, in UTF-16 units, or -1. */
  static int indexOf(String text, String part, int from) {
    if (part.length() <= SHORT || part.length() > text.length() - from) {
      return text.indexOf(part, from);
    }
    return search(text, part, from, text.length(), false);
  }

  /** The last place at which the part ends at or before {@code end}, or -1. */
  static int lastIndexOf(String text, String part, int end) {
    if (part.length() <= SHORT || part.length() > end) {
      return part.length() > end ? -1 : text.lastIndexOf(part, end - part.length());
    }
    return search(text, part, 0, end, true);
  }

  /** Knuth, Morris and Pratt: a mismatch goes on behind what is known to fit. */
  private static int search(String text, String part, int from, int end, boolean last) {
    int[] borders = borders(part);
    int found = -1;
    int matched = 0;
    for (int i = from; i < end; i++) {
      while (matched > 0 && text.charAt(i) != part.charAt(matched)) {
        matched = borders[matched - 1];
      }
      if (text.charAt(i) == part.charAt(matched)) {
        matched++;
      }
      if (matched == part.length()) {
        found = i - matched + 1;
        if (!last) {
          return found;
        }
        matched = borders[matched - 1];
      }
    }
    return found;
  }

  private static int[] borders(String part) {
    int[] borders = new int[part.length()];
    int matched = 0;
    for (int i = 1; i < part.length(); i++) {
      while (matched > 0 && part.charAt(i) != part.charAt(matched)) {
        matched = borders[matched - 1];
      }
      if (part.charAt(i) == part.charAt(matched)) {
        matched++;
      }
      borders[i] = matched;
    }
    return borders;
  }
}
