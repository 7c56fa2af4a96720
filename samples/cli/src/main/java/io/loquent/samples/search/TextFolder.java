package io.loquent.samples.search;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Reads the text files of a folder. */
public final class TextFolder {

  private TextFolder() {}

  /**
   * Reads all files in a folder and below whose names end in some way, in the order of their paths.
   *
   * @param folder where to look
   * @param endings such as {@code .txt} and {@code .md}
   * @param mostCharacters the longest passage, in UTF-16 units
   * @return their passages
   * @throws IOException if a file cannot be read or is not UTF-8
   */
  public static List<Passage> read(Path folder, List<String> endings, int mostCharacters)
      throws IOException {
    PassageSplitter splitter = new PassageSplitter(mostCharacters);
    List<Passage> passages = new ArrayList<>();
    for (Path file : files(folder, endings)) {
      passages.addAll(splitter.split(file, text(file)));
    }
    return passages;
  }

  private static List<Path> files(Path folder, List<String> endings) throws IOException {
    try (Stream<Path> found = Files.walk(folder)) {
      return found
          .filter(Files::isRegularFile)
          .filter(file -> endings.stream().anyMatch(file.toString()::endsWith))
          .sorted()
          .toList();
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private static String text(Path file) throws IOException {
    try {
      return Files.readString(file, StandardCharsets.UTF_8);
    } catch (CharacterCodingException e) {
      throw new IOException(file + ": this is not UTF-8 text; convert it, or leave it out", e);
    }
  }
}
