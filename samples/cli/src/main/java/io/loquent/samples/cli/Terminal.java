package io.loquent.samples.cli;

import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/**
 * The three standard streams. Text on them is UTF-8 on every platform, as JSON must be.
 *
 * @param in standard input
 * @param out results
 * @param err errors, progress and statistics
 */
record Terminal(InputStream in, PrintStream out, PrintStream err) {

  /** The streams of this process. */
  static Terminal system() {
    return new Terminal(
        System.in, utf8(FileDescriptor.out, 1 << 13), utf8(FileDescriptor.err, 1 << 9));
  }

  private static PrintStream utf8(FileDescriptor descriptor, int bufferBytes) {
    return new PrintStream(
        new BufferedOutputStream(new FileOutputStream(descriptor), bufferBytes),
        true,
        StandardCharsets.UTF_8);
  }
}
