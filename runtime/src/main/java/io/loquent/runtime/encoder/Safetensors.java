package io.loquent.runtime.encoder;

import ai.onnxruntime.platform.Fp16Conversions;
import io.loquent.ModelLoadException;
import io.loquent.internal.json.Json;
import io.loquent.internal.json.JsonException;
import java.io.IOException;
import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Weights in a file of the safetensors format: eight bytes with the length of a JSON header, the
 * header, and the numbers. Only the tensors that are asked for are read, so that the file may be of
 * any size. Immutable and thread-safe.
 */
final class Safetensors {

  /** As many as the format allows. */
  private static final long MOST_HEADER_BYTES = 100_000_000;

  /** As many as an array can have in every virtual machine. */
  private static final long MOST_TENSOR_BYTES = Integer.MAX_VALUE - 8;

  private final Path file;
  private final Map<String, @Nullable Object> header;

  /** Where the numbers begin in the file. */
  private final long start;

  /** How many bytes the numbers have. */
  private final long size;

  private Safetensors(Path file, Map<String, @Nullable Object> header, long start, long size) {
    this.file = file;
    this.header = header;
    this.start = start;
    this.size = size;
  }

  static Safetensors read(Path file) {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      long rest = channel.size() - Long.BYTES;
      if (rest < 0) {
        throw broken(file, "it has only " + channel.size() + " bytes");
      }
      ByteBuffer first = buffer(Long.BYTES);
      fill(first, file, channel, 0);
      long length = first.getLong();
      if (length < 2 || length > Math.min(rest, MOST_HEADER_BYTES)) {
        throw broken(
            file,
            "a header of "
                + length
                + " bytes does not fit into the "
                + rest
                + " that follow and the "
                + MOST_HEADER_BYTES
                + " that the format allows");
      }
      byte[] json = new byte[(int) length];
      fill(ByteBuffer.wrap(json), file, channel, Long.BYTES);
      return new Safetensors(
          file,
          Json.parseObject(new String(json, StandardCharsets.UTF_8)),
          Long.BYTES + length,
          rest - length);
    } catch (IOException | JsonException e) {
      throw unreadable(file, e);
    }
  }

  private static ByteBuffer buffer(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** Fills a buffer up to its limit, and makes it ready to be read. */
  private static void fill(ByteBuffer target, Path file, FileChannel channel, long position)
      throws IOException {
    long next = position;
    while (target.hasRemaining()) {
      int count = channel.read(target, next);
      if (count < 0) {
        throw broken(file, "it became shorter while it was read");
      }
      next += count;
    }
    ((Buffer) target).flip();
  }

  boolean has(String name) {
    return header.get(name) instanceof Map;
  }

  /**
   * Reads a tensor.
   *
   * @param shape the dimensions that it must have
   * @return its numbers, row by row
   */
  float[] tensor(String name, int... shape) {
    if (!(header.get(name) instanceof Map<?, ?> entry)) {
      throw broken(file, "there is no tensor \"" + name + "\" among " + header.keySet());
    }
    long count = 1;
    long[] wanted = new long[shape.length];
    for (int i = 0; i < shape.length; i++) {
      wanted[i] = shape[i];
      count *= shape[i];
    }
    if (!Arrays.equals(longs(name, entry.get("shape")), wanted)) {
      throw broken(
          file,
          "\""
              + name
              + "\" should have the shape "
              + Arrays.toString(wanted)
              + "; found "
              + entry.get("shape"));
    }
    String type = String.valueOf(entry.get("dtype"));
    long bytes = count * sizeOf(name, type);
    return numbers(type, start + offset(name, entry, bytes), (int) count, (int) bytes);
  }

  /** Where a tensor begins among the numbers; refuses one that has not so many bytes. */
  private long offset(String name, Map<?, ?> entry, long bytes) {
    long[] offsets = longs(name, entry.get("data_offsets"));
    if (offsets.length != 2
        || offsets[0] < 0
        || offsets[1] - offsets[0] != bytes
        || offsets[1] > size) {
      throw broken(
          file,
          "\""
              + name
              + "\" needs "
              + bytes
              + " bytes of "
              + size
              + "; its data_offsets are "
              + entry.get("data_offsets"));
    }
    if (bytes > MOST_TENSOR_BYTES) {
      throw new ModelLoadException(
          file
              + ": \""
              + name
              + "\" has "
              + bytes
              + " bytes, and a tensor of a layer behind the graph may have at most "
              + MOST_TENSOR_BYTES
              + "; export the layer with the graph");
    }
    return offsets[0];
  }

  private float[] numbers(String type, long position, int count, int bytes) {
    ByteBuffer from = buffer(bytes);
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      fill(from, file, channel, position);
    } catch (IOException e) {
      throw unreadable(file, e);
    }
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] =
          switch (type) {
            case "F32" -> from.getFloat();
            case "F16" -> Fp16Conversions.fp16ToFloat(from.getShort());
            default -> Fp16Conversions.bf16ToFloat(from.getShort());
          };
    }
    return values;
  }

  private int sizeOf(String name, String type) {
    return switch (type) {
      case "F32" -> Float.BYTES;
      case "F16", "BF16" -> Short.BYTES;
      default ->
          throw broken(
              file, "\"" + name + "\" has type " + type + "; supported are F32, F16 and BF16");
    };
  }

  private long[] longs(String name, @Nullable Object json) {
    if (json instanceof List<?> list && list.stream().allMatch(Number.class::isInstance)) {
      return list.stream().mapToLong(number -> ((Number) number).longValue()).toArray();
    }
    throw broken(file, "\"" + name + "\" is described by " + header.get(name));
  }

  private static ModelLoadException broken(Path file, String what) {
    return new ModelLoadException(
        file + ": no weights that can be used: " + what + "; save the model again as safetensors");
  }

  private static ModelLoadException unreadable(Path file, Exception e) {
    return new ModelLoadException(file + ": cannot be read: " + e.getMessage(), e);
  }
}
