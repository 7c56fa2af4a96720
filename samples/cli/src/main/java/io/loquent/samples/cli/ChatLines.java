package io.loquent.samples.cli;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.jline.reader.EndOfFileException;
import org.jline.reader.LineReaderBuilder;
import org.jline.reader.UserInterruptException;
import org.jline.terminal.TerminalBuilder;
import org.jspecify.annotations.Nullable;

/** What a user types, line by line. Confined to one thread. */
interface ChatLines extends AutoCloseable {

  /**
   * Reads the next line.
   *
   * @return null at the end
   */
  @Nullable String next() throws IOException;

  @Override
  void close() throws IOException;

  /** Reads from a terminal with history and editing, or from a pipe as it is. */
  static ChatLines open(Terminal terminal) throws IOException {
    if (terminal.in() == System.in) {
      org.jline.terminal.Terminal screen = TerminalBuilder.builder().dumb(true).build();
      if (!screen.getType().startsWith(org.jline.terminal.Terminal.TYPE_DUMB)) {
        return new Edited(screen);
      }
      screen.close();
    }
    return new Piped(terminal);
  }

  /** Lines of a terminal: arrows go through the history, Ctrl-C clears the line. */
  final class Edited implements ChatLines {
    private final org.jline.terminal.Terminal terminal;
    private final org.jline.reader.LineReader reader;

    private Edited(org.jline.terminal.Terminal terminal) {
      this.terminal = terminal;
      reader = LineReaderBuilder.builder().appName("loquent").terminal(terminal).build();
    }

    @Override
    public @Nullable String next() {
      while (true) {
        try {
          return reader.readLine("> ");
        } catch (UserInterruptException e) {
          // The line was given up, not the conversation.
        } catch (EndOfFileException e) {
          return null;
        }
      }
    }

    @Override
    public void close() throws IOException {
      terminal.close();
    }
  }

  /** Lines of a pipe or a file. */
  final class Piped implements ChatLines {
    private final LineReader reader;

    private Piped(Terminal terminal) {
      reader = new LineReader(terminal.in());
    }

    @Override
    public @Nullable String next() throws IOException {
      byte[] line = reader.next();
      if (line == null) {
        return null;
      }
      try {
        return LineReader.decode(line);
      } catch (CharacterCodingException e) {
        return new String(line, StandardCharsets.UTF_8);
      }
    }

    @Override
    public void close() throws IOException {
      reader.close();
    }
  }
}
