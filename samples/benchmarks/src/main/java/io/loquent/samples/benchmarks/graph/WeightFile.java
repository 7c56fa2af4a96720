package io.loquent.samples.benchmarks.graph;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The file beside a graph that holds its weights (ONNX external data). Tensors begin at page
 * boundaries, so that a runtime can map them. Several graphs of one folder may share it. Confined
 * to one thread.
 */
public final class WeightFile implements Closeable {

  private static final int PAGE = 4096;
  private static final int CHUNK_FLOATS = 1 << 20;

  private final String name;
  private final FileChannel channel;
  private final Map<String, Entry> entries = new LinkedHashMap<>();

  /**
   * Creates the file, or empties the one that is there.
   *
   * @param file where it is written; graphs refer to it by its name
   * @throws IOException if it cannot be created
   */
  public WeightFile(Path file) throws IOException {
    name = String.valueOf(file.getFileName());
    channel =
        FileChannel.open(
            file,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE);
  }

  /** Where a tensor lies. */
  record Entry(ElementType type, List<Integer> shape, long offset, long length) {}

  /**
   * Says whether a tensor of this name was added.
   *
   * @param tensor its name
   * @return whether it is in the file
   */
  public boolean contains(String tensor) {
    return entries.containsKey(tensor);
  }

  /**
   * Adds a tensor of floats.
   *
   * @param tensor its name, new in this file
   * @param values its elements, row by row
   * @param shape its dimensions
   * @return its size in bytes
   * @throws IOException if it cannot be written
   */
  public long addFloats(String tensor, float[] values, int... shape) throws IOException {
    long offset = begin(tensor, ElementType.FLOAT, values.length, shape);
    ByteBuffer chunk =
        ByteBuffer.allocateDirect(CHUNK_FLOATS * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    for (int from = 0; from < values.length; from += CHUNK_FLOATS) {
      int count = Math.min(CHUNK_FLOATS, values.length - from);
      chunk.clear();
      chunk.asFloatBuffer().put(values, from, count);
      chunk.limit(count * Float.BYTES);
      write(chunk, offset + (long) from * Float.BYTES);
    }
    return (long) values.length * Float.BYTES;
  }

  /**
   * Adds a tensor of bytes.
   *
   * @param tensor its name, new in this file
   * @param type a type of one byte
   * @param values its elements, row by row
   * @param shape its dimensions
   * @return its size in bytes
   * @throws IOException if it cannot be written
   */
  public long addBytes(String tensor, ElementType type, byte[] values, int... shape)
      throws IOException {
    long offset = begin(tensor, type, values.length, shape);
    write(ByteBuffer.wrap(values), offset);
    return values.length;
  }

  /** What a graph says instead of the tensor's data. */
  Message reference(String tensor) {
    Entry entry = entries.get(tensor);
    if (entry == null) {
      throw new IllegalArgumentException("no tensor " + tensor + " in " + name);
    }
    Message message = new Message().text(8, tensor).integer(2, entry.type.number);
    for (int dimension : entry.shape) {
      message.integer(1, dimension);
    }
    return message
        .integer(14, 1)
        .message(13, pair("location", name))
        .message(13, pair("offset", String.valueOf(entry.offset)))
        .message(13, pair("length", String.valueOf(entry.length)));
  }

  private static Message pair(String key, String value) {
    return new Message().text(1, key).text(2, value);
  }

  private long begin(String tensor, ElementType type, int elements, int[] shape)
      throws IOException {
    long expected = 1;
    for (int dimension : shape) {
      expected *= dimension;
    }
    if (expected != elements) {
      throw new IllegalArgumentException(tensor + ": " + elements + " values for its shape");
    }
    long offset = (channel.size() + PAGE - 1) / PAGE * PAGE;
    Entry entry =
        new Entry(
            type, Arrays.stream(shape).boxed().toList(), offset, (long) elements * type.bytes);
    if (entries.putIfAbsent(tensor, entry) != null) {
      throw new IllegalArgumentException(tensor + " is there already");
    }
    return offset;
  }

  private void write(ByteBuffer data, long offset) throws IOException {
    long at = offset;
    while (data.hasRemaining()) {
      at += channel.write(data, at);
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
