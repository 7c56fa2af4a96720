package io.loquent.samples.cli;

import io.loquent.Input;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** What the model reads: a text argument, token ids, or standard input. */
final class TextSource {

  private static final char REPLACEMENT_CHARACTER = '\uFFFD';

  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec = CommandSpec.create();

  @Parameters(
      arity = "0..1",
      paramLabel = "TEXT",
      description =
          "The text, in quotes if it has spaces; without it, standard input is read, less one"
              + " line break at its end.")
  private @Nullable String text;

  @Option(
      names = "--ids",
      split = ",",
      paramLabel = "ID",
      description = "Token ids in place of a text.")
  private int @Nullable [] ids;

  /** Reads the input. */
  Input read(Terminal terminal) {
    if (ids != null && text != null) {
      throw new ParameterException(
          spec.commandLine(), "both TEXT and --ids are given; expected one of them");
    }
    if (ids != null) {
      return Input.tokens(ids);
    }
    return Input.text(text == null ? standardInput(terminal) : checked(spec, text));
  }

  /** Refuses an argument that the JVM could not decode, which would be silently another text. */
  static String checked(CommandSpec spec, String argument) {
    if (argument.indexOf(REPLACEMENT_CHARACTER) >= 0) {
      throw new ParameterException(
          spec.commandLine(),
          "the text has characters that the locale's encoding, "
              + System.getProperty("sun.jnu.encoding")
              + ", lacks; pass it through standard input, or set LC_ALL=C.UTF-8");
    }
    return argument;
  }

  static String standardInput(Terminal terminal) {
    try {
      String text = new String(terminal.in().readAllBytes(), StandardCharsets.UTF_8);
      return text.replaceFirst("\\r?\\n\\z", "");
    } catch (IOException e) {
      throw new UncheckedIOException("standard input cannot be read: " + e.getMessage(), e);
    }
  }
}
