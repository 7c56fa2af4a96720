package io.loquent.tokenizers;

import ai.djl.huggingface.tokenizers.Encoding;
import ai.djl.huggingface.tokenizers.jni.CharSpan;
import io.loquent.spi.TokenizedText;
import org.jspecify.annotations.Nullable;

/** Turns native encodings, which count code points, into tokens with offsets in UTF-16 units. */
final class TokenOffsets {

  private TokenOffsets() {}

  /** Reads an encoding of one text, or of two. */
  static TokenizedText of(Encoding encoding, String... texts) {
    int length = encoding.getIds().length;
    int[][] units = new int[texts.length][];
    for (int i = 0; i < texts.length; i++) {
      units[i] = unitsByCodePoint(texts[i]);
    }
    long[] special = encoding.getSpecialTokenMask();
    long[] of = encoding.getSequenceIds();
    CharSpan[] spans = encoding.getCharTokenSpans();
    int[] sequences = new int[length];
    int[] words = ints(encoding.getWordIds());
    int[] starts = new int[length];
    int[] ends = new int[length];
    for (int token = 0; token < length; token++) {
      @Nullable CharSpan span = spans[token];
      boolean added = special[token] != 0 || of[token] < 0 || span == null;
      sequences[token] = added ? TokenizedText.NONE : (int) of[token];
      if (added) {
        words[token] = TokenizedText.NONE;
      } else {
        int[] index = units[sequences[token]];
        starts[token] = index[Math.min(span.getStart(), index.length - 1)];
        ends[token] = index[Math.min(span.getEnd(), index.length - 1)];
      }
    }
    return new TokenizedText(
        ints(encoding.getIds()), ints(encoding.getTypeIds()), sequences, words, starts, ends);
  }

  /** Where each code point starts, and where the last one ends. */
  private static int[] unitsByCodePoint(String text) {
    int[] units = new int[text.codePointCount(0, text.length()) + 1];
    int unit = 0;
    for (int i = 0; i < units.length; i++) {
      units[i] = unit;
      unit += unit < text.length() ? Character.charCount(text.codePointAt(unit)) : 0;
    }
    return units;
  }

  private static int[] ints(long[] longs) {
    int[] ints = new int[longs.length];
    for (int i = 0; i < ints.length; i++) {
      ints[i] = (int) longs[i];
    }
    return ints;
  }
}
