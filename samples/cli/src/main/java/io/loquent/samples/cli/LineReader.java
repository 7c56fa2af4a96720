package io.loquent.samples.cli;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Reads lines as bytes, so that one line that is no UTF-8 spoils only itself. Confined to one
 * thread.
 */
final class LineReader implements AutoCloseable {

  private final InputStream in;
  private long number;

  LineReader(InputStream in) {
    this.in = new BufferedInputStream(in);
  }

  /** Returns the next line without its line break, or null at the end. */
  byte @Nullable [] next() throws IOException {
    int read = in.read();
    if (read < 0) {
      return null;
    }
    number++;
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    while (read >= 0 && read != '\n') {
      line.write(read);
      read = in.read();
    }
    return line.toByteArray();
  }

  /** Returns the number of the line that was read last, from 1. */
  long number() {
    return number;
  }

  /** Decodes a line strictly. */
  static String decode(byte[] line) throws CharacterCodingException {
    return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(line)).toString();
  }

  static boolean isBlank(byte[] line) {
    for (byte b : line) {
      if (b != ' ' && b != '\t' && b != '\r') {
        return false;
      }
    }
    return true;
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
