package io.loquent.tokenizers.chat;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Breaks long lines between words, or behind hyphens within them, as Python's textwrap does. */
final class WordWrap {

  /** A run of spaces, a word up to a hyphen between letters, or a word. */
  private static final Pattern CHUNK =
      Pattern.compile(
          "\\s+|[^\\s-]*\\p{L}[^\\s-]*-(?=\\p{L})|[^\\s]+?(?=\\s|$|\\p{L}-\\p{L})|\\S+");

  private final int width;
  private final boolean breakLongWords;
  private final List<String> lines = new ArrayList<>();
  private final StringBuilder line = new StringBuilder();

  private WordWrap(int width, boolean breakLongWords) {
    this.width = width;
    this.breakLongWords = breakLongWords;
  }

  static String wrap(String text, long width, boolean breakLongWords, String wrapString) {
    if (width < 1) {
      throw new TemplateError("wordwrap() needs a width of at least 1, found " + width);
    }
    List<String> wrapped = new ArrayList<>();
    for (Object paragraph : PythonText.lines(text, false)) {
      WordWrap wrap = new WordWrap((int) Math.min(width, Limits.TEXT), breakLongWords);
      wrap.paragraph(PythonRepr.text(paragraph));
      wrapped.add(String.join(wrapString, wrap.lines));
    }
    return String.join(wrapString, wrapped);
  }

  private void paragraph(String text) {
    Matcher chunks = CHUNK.matcher(text);
    while (chunks.find()) {
      add(chunks.group());
    }
    endLine();
  }

  private void add(String chunk) {
    boolean space = PythonText.isBlank(chunk);
    if (space && line.length() == 0 && !lines.isEmpty()) {
      return;
    }
    String rest = chunk;
    if (line.length() + rest.length() > width && (space || rest.length() <= width)) {
      endLine();
      if (space) {
        return;
      }
    }
    while (breakLongWords && line.length() + rest.length() > width) {
      int room = width - line.length();
      line.append(rest, 0, room);
      rest = rest.substring(room);
      endLine();
    }
    if (line.length() > 0 && line.length() + rest.length() > width) {
      endLine();
    }
    line.append(rest);
  }

  private void endLine() {
    String text = PythonText.stripEnd(line.toString());
    if (!text.isEmpty()) {
      lines.add(text);
    }
    line.setLength(0);
  }
}
