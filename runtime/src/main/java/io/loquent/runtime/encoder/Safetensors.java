package io.loquent.runtime.encoder;

import ai.onnxruntime.platform.Fp16Conversions;
import io.loquent.ModelLoadException;
import io.loquent.internal.json.Json;
import io.loquent.internal.json.JsonException;
import java.io.IOException;
import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Weights in a file of the safetensors format: eight bytes with the length of a JSON header, the
 * header, and the numbers. Immutable and thread-safe.
 */
final class Safetensors {

  private final Path file;
  private final Map<String, @Nullable Object> header;
  private final ByteBuffer numbers;

  private Safetensors(Path file, Map<String, @Nullable Object> header, ByteBuffer numbers) {
    this.file = file;
    this.header = header;
    this.numbers = numbers;
  }

  static Safetensors read(Path file) {
    try {
      ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
      if (bytes.remaining() < Long.BYTES) {
        throw broken(file, "it has only " + bytes.remaining() + " bytes");
      }
      long length = bytes.getLong();
      if (length < 2 || length > bytes.remaining()) {
        throw broken(
            file, "a header of " + length + " bytes does not fit into " + bytes.remaining());
      }
      byte[] header = new byte[(int) length];
      bytes.get(header);
      return new Safetensors(
          file,
          Json.parseObject(new String(header, StandardCharsets.UTF_8)),
          bytes.slice().order(ByteOrder.LITTLE_ENDIAN));
    } catch (IOException | JsonException e) {
      throw new ModelLoadException(file + ": cannot be read: " + e.getMessage(), e);
    }
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
    if (!java.util.Arrays.equals(longs(name, entry.get("shape")), wanted)) {
      throw broken(
          file,
          "\""
              + name
              + "\" should have the shape "
              + java.util.Arrays.toString(wanted)
              + "; found "
              + entry.get("shape"));
    }
    String type = String.valueOf(entry.get("dtype"));
    int size = sizeOf(name, type);
    long[] offsets = longs(name, entry.get("data_offsets"));
    if (offsets.length != 2
        || offsets[0] < 0
        || offsets[1] - offsets[0] != count * size
        || offsets[1] > numbers.limit()) {
      throw broken(
          file,
          "\""
              + name
              + "\" needs "
              + count * size
              + " bytes of "
              + numbers.limit()
              + "; its data_offsets are "
              + entry.get("data_offsets"));
    }
    return read(type, (int) offsets[0], (int) count);
  }

  private float[] read(String type, int start, int count) {
    ByteBuffer from = numbers.duplicate().order(ByteOrder.LITTLE_ENDIAN);
    ((Buffer) from).position(start);
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
}
