package io.loquent.samples.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** What an encoder reads: text arguments, the lines of a file, or those of standard input. */
final class TextList {

  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec = CommandSpec.create();

  @Parameters(
      arity = "0..*",
      paramLabel = "TEXT",
      description =
          "Texts, each in quotes if it has spaces; without them, each line of standard input is"
              + " one.")
  private List<String> texts = List.of();

  @Option(
      names = "--file",
      paramLabel = "FILE",
      description = "A file of UTF-8 with a text on each line, in place of TEXT.")
  private @Nullable Path file;

  /** Reads the texts: at least one. Empty lines are none. */
  List<String> read(Terminal terminal) {
    List<String> read = all(terminal);
    if (read.isEmpty()) {
      throw new ParameterException(spec.commandLine(), "there is no text to read");
    }
    return read;
  }

  private List<String> all(Terminal terminal) {
    if (file != null && !texts.isEmpty()) {
      throw new ParameterException(
          spec.commandLine(), "both TEXT and --file are given; expected one of them");
    }
    if (!texts.isEmpty()) {
      return texts.stream().map(text -> TextSource.checked(spec, text)).toList();
    }
    String name = file == null ? "standard input" : file.toString();
    try (LineReader lines =
        new LineReader(file == null ? terminal.in() : Files.newInputStream(file))) {
      return lines(lines, name);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<String> lines(LineReader lines, String name) throws IOException {
    List<String> read = new ArrayList<>();
    for (byte[] line = lines.next(); line != null; line = lines.next()) {
      if (!LineReader.isBlank(line)) {
        try {
          read.add(LineReader.decode(line).replaceFirst("\\r\\z", ""));
        } catch (CharacterCodingException e) {
          throw new IOException(name + ", line " + lines.number() + ": this is not UTF-8", e);
        }
      }
    }
    return read;
  }
}
