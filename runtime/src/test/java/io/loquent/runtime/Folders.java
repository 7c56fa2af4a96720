package io.loquent.runtime;

import io.loquent.spi.Tokenizer;
import io.loquent.tokenizers.TokenizerFolder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Copies of model folders, for tests that break them. */
final class Folders {

  private static final Path SAMPLES = Paths.get("..", "samples", "models");

  private Folders() {}

  /** A folder of trained weights among the samples. */
  static Path sample(String name) {
    return SAMPLES.resolve(name);
  }

  /** Copies a fixture into a new folder, without its recorded cases. */
  static Path copy(String fixture, Path target) {
    return copy(fixture, target, List.of());
  }

  /** Copies a folder of the samples into a new one. */
  static Path copyOfSample(String name, Path target) {
    return copy(sample(name), target, List.of());
  }

  /** The ids of a text by a folder's tokenizer. */
  static int[] tokens(Path folder, String text) {
    try (Tokenizer tokenizer = TokenizerFolder.load(folder).orElseThrow()) {
      return tokenizer.encode(text, true);
    }
  }

  /** The text of ids by a folder's tokenizer. */
  static String decode(Path folder, int[] ids) {
    try (Tokenizer tokenizer = TokenizerFolder.load(folder).orElseThrow()) {
      return tokenizer.decode(ids, true);
    }
  }

  /** Copies a fixture into a new folder, without some of its files. */
  static Path copy(String fixture, Path target, List<String> without) {
    return copy(Goldens.folder(fixture), target, without);
  }

  private static Path copy(Path source, Path target, List<String> without) {
    try (Stream<Path> files = Files.walk(source)) {
      for (Path file : files.collect(Collectors.toList())) {
        String name = file.getFileName().toString();
        if (Files.isRegularFile(file) && !name.contains("goldens") && !without.contains(name)) {
          Path copied = target.resolve(source.relativize(file));
          Files.createDirectories(copied.getParent());
          Files.copy(file, copied);
        }
      }
      return Files.createDirectories(target);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static Path write(Path folder, String name, String content) {
    return write(folder, name, content.getBytes(StandardCharsets.UTF_8));
  }

  static Path write(Path folder, String name, byte[] content) {
    try {
      Files.createDirectories(folder);
      return Files.write(folder.resolve(name), content);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static byte[] read(Path file) {
    try {
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static String text(Path file) {
    return new String(read(file), StandardCharsets.UTF_8);
  }

  /** Cuts a file's end off. */
  static void truncate(Path file, int length) {
    write(file.getParent(), file.getFileName().toString(), Arrays.copyOf(read(file), length));
  }

  /** Replaces a name in a graph wherever it is; the new one has the same length. */
  static void rename(Path graph, String from, String to) {
    if (from.length() != to.length()) {
      throw new IllegalArgumentException("lengths differ: " + from + ", " + to);
    }
    // Latin 1 keeps every byte as it is.
    String bytes = new String(read(graph), StandardCharsets.ISO_8859_1);
    if (!bytes.contains(from)) {
      throw new IllegalArgumentException(graph + " does not hold " + from);
    }
    write(
        graph.getParent(),
        graph.getFileName().toString(),
        bytes.replace(from, to).getBytes(StandardCharsets.ISO_8859_1));
  }
}
