package io.loquent.runtime.onnx;

import io.loquent.ModelLoadException;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of a model at any position, from an array or from a file of any size. A file is seen
 * through a small window that moves where it is read, so stepping over weights costs nothing. For
 * one thread.
 */
final class ModelBytes implements Closeable {

  private static final int WINDOW_BYTES = 1 << 15;

  private static final byte[] LFS_POINTER = {'v', 'e', 'r', 's', 'i', 'o', 'n', ' '};

  private final String name;
  private final long size;
  private final @Nullable FileChannel channel;
  private final byte[] window;
  private long windowStart;
  private int windowLength;

  private ModelBytes(String name, long size, @Nullable FileChannel channel, byte[] window) {
    this.name = name;
    this.size = size;
    this.channel = channel;
    this.window = window;
    this.windowLength = channel == null ? window.length : 0;
  }

  static ModelBytes of(String name, byte[] model) {
    return new ModelBytes(name, model.length, null, model);
  }

  static ModelBytes open(Path file) {
    if (!Files.isRegularFile(file)) {
      throw new ModelLoadException(
          "Model file " + file + (Files.exists(file) ? " is not a file" : " does not exist"));
    }
    FileChannel channel = null;
    try {
      channel = FileChannel.open(file, StandardOpenOption.READ);
      return new ModelBytes(file.toString(), channel.size(), channel, new byte[WINDOW_BYTES]);
    } catch (IOException e) {
      closeQuietly(channel);
      throw new ModelLoadException("Model file " + file + " cannot be read: " + e.getMessage(), e);
    }
  }

  private static void closeQuietly(@Nullable FileChannel channel) {
    if (channel == null) {
      return;
    }
    try {
      channel.close();
    } catch (IOException ignored) {
      // The error that led here is the one to report.
    }
  }

  long size() {
    return size;
  }

  /** Returns the byte at a position, 0 to 255. */
  int at(long position) {
    long index = position - windowStart;
    if (index < 0 || index >= windowLength) {
      moveWindow(position);
      index = 0;
    }
    return window[(int) index] & 0xFF;
  }

  /** Copies {@code [from, to)} into the target, without touching the window of a file. */
  void copy(long from, long to, byte[] target, int offset) {
    int length = Math.toIntExact(to - from);
    if (channel == null) {
      System.arraycopy(window, Math.toIntExact(from), target, offset, length);
    } else {
      readFully(channel, ByteBuffer.wrap(target, offset, length), from);
    }
  }

  /** The content of a message, copied. */
  byte[] content(Region region) {
    byte[] content = new byte[Math.toIntExact(region.length())];
    copy(region.start(), region.end(), content, 0);
    return content;
  }

  private void moveWindow(long position) {
    if (channel == null || position < 0 || position >= size) {
      throw corrupt(position, "more bytes expected");
    }
    int length = (int) Math.min(window.length, size - position);
    windowLength = 0;
    readFully(channel, ByteBuffer.wrap(window, 0, length), position);
    windowStart = position;
    windowLength = length;
  }

  private void readFully(FileChannel from, ByteBuffer target, long position) {
    long next = position;
    try {
      while (target.hasRemaining()) {
        int count = from.read(target, next);
        if (count < 0) {
          throw corrupt(next, "the file became shorter while it was read");
        }
        next += count;
      }
    } catch (IOException e) {
      throw new ModelLoadException("Model file " + name + " cannot be read: " + e.getMessage(), e);
    }
  }

  /** An error that says where the bytes stopped making sense. */
  ModelLoadException corrupt(long position, String what) {
    String found = what + " at byte " + position + " of " + size;
    String message = "Model file " + name + " cannot be parsed: " + found;
    if (isLfsPointer()) {
      return new ModelLoadException(
          message + "; it is a Git LFS pointer, not the model: fetch it with `git lfs pull`");
    }
    return new ModelLoadException(
        message + "; the file is truncated or not an ONNX model; download it again");
  }

  private boolean isLfsPointer() {
    if (size < LFS_POINTER.length) {
      return false;
    }
    for (int i = 0; i < LFS_POINTER.length; i++) {
      if (at(i) != LFS_POINTER[i]) {
        return false;
      }
    }
    return true;
  }

  @Override
  public void close() {
    closeQuietly(channel);
  }
}
