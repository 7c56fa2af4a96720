package io.loquent.decoding.constraint;

import io.loquent.OutputConstraint;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** A vocabulary of given texts; its last token is no text and can serve as an end token. */
public final class WordList implements TokenBytes {

  private final List<byte[]> tokens = new ArrayList<>();

  public WordList(String... texts) {
    for (String text : texts) {
      tokens.add(text.getBytes(StandardCharsets.UTF_8));
    }
  }

  /** All bytes that text has, and what JSON is often made of. */
  public static WordList forJson() {
    WordList words =
        new WordList(
            "\":",
            "\": ",
            "\",",
            "\",\"",
            "{\"",
            "\"}",
            "},",
            "]}",
            "[\"",
            "\"]",
            "],",
            "}}",
            ", ",
            ": ",
            "true",
            "false",
            "null",
            "\n",
            "  ",
            "a\"",
            "ab",
            "name",
            "\\\"",
            "\\n",
            "\\u00",
            "-1",
            "10",
            ".5",
            "e+",
            "é",
            "日本",
            "19",
            "20",
            "-0",
            "https://",
            "@",
            "\",\n  \"");
    for (int value = 0x09; value < 0x100; value++) {
      if (value < 0x80 || value >= 0xC2) {
        words.tokens.add(new byte[] {(byte) value});
      }
    }
    for (int value = 0x80; value < 0xC0; value++) {
      words.tokens.add(new byte[] {(byte) value});
    }
    return words;
  }

  /** Random texts over some characters, which are among them. */
  public static WordList random(Random random, String characters, int count, int longest) {
    List<String> texts = new ArrayList<>();
    for (int i = 0; i < characters.length(); i++) {
      texts.add(characters.substring(i, i + 1));
    }
    while (texts.size() < count) {
      StringBuilder text = new StringBuilder();
      int length = 2 + random.nextInt(longest - 1);
      while (text.length() < length) {
        text.append(characters.charAt(random.nextInt(characters.length())));
      }
      texts.add(text.toString());
    }
    return new WordList(texts.toArray(new String[0]));
  }

  /** The token that is no text. */
  public int end() {
    return tokens.size();
  }

  @Override
  public int size() {
    return tokens.size() + 1;
  }

  @Override
  public byte[] bytes(int id, boolean first) {
    return id < tokens.size() ? tokens.get(id) : null;
  }

  public String text(List<Integer> ids) {
    int length = 0;
    byte[] all =
        new byte[ids.stream().mapToInt(id -> id < end() ? tokens.get(id).length : 0).sum()];
    for (int id : ids) {
      if (id < end()) {
        byte[] bytes = tokens.get(id);
        System.arraycopy(bytes, 0, all, length, bytes.length);
        length += bytes.length;
      }
    }
    return new String(all, StandardCharsets.UTF_8);
  }

  public TokenConstraint constrain(OutputConstraint constraint) {
    return TokenConstraint.of(constraint, TokenConstraint.Vocabulary.of(this, size()));
  }
}
