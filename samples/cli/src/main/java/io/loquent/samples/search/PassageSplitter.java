package io.loquent.samples.search;

import java.nio.file.Path;
import java.text.BreakIterator;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Splits a text into passages: paragraphs, and longer ones between sentences. Neighbouring
 * paragraphs that are short, such as a heading and what follows it, become one passage. Immutable.
 */
final class PassageSplitter {

  private final int mostCharacters;

  /** Makes passages of at most so many characters, unless a single word is longer. */
  PassageSplitter(int mostCharacters) {
    if (mostCharacters < 1) {
      throw new IllegalArgumentException("passages of " + mostCharacters + " characters");
    }
    this.mostCharacters = mostCharacters;
  }

  /** Splits a file's text. */
  List<Passage> split(Path file, String text) {
    Collector passages = new Collector(file);
    int number = 0;
    for (String line : text.lines().toList()) {
      number++;
      if (line.isBlank()) {
        passages.endParagraph();
      } else {
        passages.addLine(number, line.strip());
      }
    }
    passages.endParagraph();
    passages.endPassage();
    return passages.found;
  }

  /** The passages of one file. Confined to one thread. */
  private final class Collector {
    private final Path file;
    private final List<Passage> found = new ArrayList<>();
    private final StringBuilder passage = new StringBuilder();
    private final StringBuilder paragraph = new StringBuilder();
    private int passageLine;
    private int paragraphLine;

    Collector(Path file) {
      this.file = file;
    }

    void addLine(int number, String line) {
      if (paragraph.length() == 0) {
        paragraphLine = number;
      } else {
        paragraph.append(' ');
      }
      paragraph.append(line);
    }

    void endParagraph() {
      if (paragraph.length() == 0) {
        return;
      }
      for (String piece : pieces(paragraph.toString())) {
        if (passage.length() + 1 + piece.length() > mostCharacters) {
          endPassage();
        }
        if (passage.length() == 0) {
          passageLine = paragraphLine;
        } else {
          passage.append(' ');
        }
        passage.append(piece);
      }
      paragraph.setLength(0);
    }

    void endPassage() {
      if (passage.length() > 0) {
        found.add(new Passage(file, passageLine, passage.toString()));
        passage.setLength(0);
      }
    }
  }

  /** A paragraph, or its sentences if it is too long, or the words of those that still are. */
  private List<String> pieces(String paragraph) {
    if (paragraph.length() <= mostCharacters) {
      return List.of(paragraph);
    }
    List<String> pieces = new ArrayList<>();
    for (String sentence : parts(paragraph, BreakIterator.getSentenceInstance(Locale.ROOT))) {
      if (sentence.length() <= mostCharacters) {
        pieces.add(sentence);
      } else {
        pieces.addAll(List.of(sentence.split("\\s+")));
      }
    }
    return pieces;
  }

  private static List<String> parts(String text, BreakIterator boundaries) {
    boundaries.setText(text);
    List<String> parts = new ArrayList<>();
    int start = boundaries.first();
    for (int end = boundaries.next(); end != BreakIterator.DONE; end = boundaries.next()) {
      parts.add(text.substring(start, end).strip());
      start = end;
    }
    return parts;
  }
}
