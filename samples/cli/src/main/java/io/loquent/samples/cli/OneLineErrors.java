package io.loquent.samples.cli;

import io.loquent.GenerationException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** Reports every error as one line that says what to do about it. */
final class OneLineErrors
    implements CommandLine.IParameterExceptionHandler, CommandLine.IExecutionExceptionHandler {

  private static final int FAILED = 1;
  private static final int WRONG_USAGE = 2;

  private final Terminal terminal;
  private final BooleanSupplier verbose;

  OneLineErrors(Terminal terminal, BooleanSupplier verbose) {
    this.terminal = terminal;
    this.verbose = verbose;
  }

  @Override
  public int handleParseException(ParameterException e, String[] args) {
    String command = e.getCommandLine().getCommandSpec().qualifiedName();
    print(e, message(e) + suggestions(e) + " (see " + command + " --help)");
    return WRONG_USAGE;
  }

  @Override
  public int handleExecutionException(Exception e, CommandLine commandLine, ParseResult result) {
    if (e instanceof CancellationException) {
      print(e, "interrupted");
      return Interrupt.EXIT_CODE;
    }
    print(e, message(e));
    return FAILED;
  }

  /**
   * An error's message on one line; with its class where the message alone would say too little.
   */
  static String message(Throwable e) {
    String message = String.valueOf(e.getMessage()).replaceAll("\\s*\\R\\s*", " ").trim();
    if (e instanceof ParameterException) {
      return message.replaceFirst("^Error: ", "");
    }
    if (e instanceof UncheckedIOException && e.getCause() != null) {
      return message(e.getCause());
    }
    if (e instanceof NoSuchFileException) {
      return message + ": no such file or folder";
    }
    boolean clear =
        e instanceof GenerationException
            || e instanceof IllegalStateException
            || (e instanceof IOException && !(e instanceof FileSystemException));
    return clear && e.getMessage() != null
        ? message
        : e.getClass().getSimpleName() + ": " + message;
  }

  private static String suggestions(ParameterException e) {
    if (!(e instanceof UnmatchedArgumentException unmatched)) {
      return "";
    }
    // Picocli's message names similar options, but not similar commands.
    if (message(e).contains("did you mean")) {
      return "";
    }
    if (!unmatched.getSuggestions().isEmpty()) {
      return "; did you mean " + String.join(", ", unmatched.getSuggestions()) + "?";
    }
    return unmatched.isUnknownOption() ? "" : "; a text with spaces needs quotes around it";
  }

  private void print(Exception e, String line) {
    terminal.out().flush();
    terminal.err().println("loquent: " + line);
    if (verbose.getAsBoolean()) {
      e.printStackTrace(terminal.err());
    }
  }
}
