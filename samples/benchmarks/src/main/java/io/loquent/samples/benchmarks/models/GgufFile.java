package io.loquent.samples.benchmarks.models;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** A GGUF file (version 3) that is being put together: metadata first, then tensors. */
final class GgufFile {

  private static final int MAGIC = 0x46554747;
  private static final int VERSION = 3;
  private static final int ALIGNMENT = 32;

  private static final int UINT32 = 4;
  private static final int INT32 = 5;
  private static final int FLOAT32 = 6;
  private static final int BOOL = 7;
  private static final int STRING = 8;
  private static final int ARRAY = 9;

  private final Bytes metadata = new Bytes();
  private final List<Tensor> tensors = new ArrayList<>();
  private int entries;

  private record Tensor(
      String name, GgmlType type, int rows, int columns, Supplier<float[]> values) {
    long bytes() {
      return type.bytes((long) Math.max(1, rows) * columns);
    }
  }

  void integer(String key, int value) {
    begin(key, UINT32).int32(value);
  }

  void real(String key, float value) {
    begin(key, FLOAT32).real(value);
  }

  void flag(String key, boolean value) {
    begin(key, BOOL).int8(value ? 1 : 0);
  }

  void text(String key, String value) {
    begin(key, STRING).text(value);
  }

  void texts(String key, List<String> values) {
    Bytes bytes = begin(key, ARRAY).int32(STRING).int64(values.size());
    values.forEach(bytes::text);
  }

  void integers(String key, int[] values) {
    Bytes bytes = begin(key, ARRAY).int32(INT32).int64(values.length);
    for (int value : values) {
      bytes.int32(value);
    }
  }

  void reals(String key, float[] values) {
    Bytes bytes = begin(key, ARRAY).int32(FLOAT32).int64(values.length);
    for (float value : values) {
      bytes.real(value);
    }
  }

  /** Adds a matrix of {@code [rows, columns]}; its values are made when it is written. */
  void matrix(String name, GgmlType type, int rows, int columns, Supplier<float[]> values) {
    tensors.add(new Tensor(name, type, rows, columns, values));
  }

  /** Adds a vector of floats. */
  void vector(String name, float[] values) {
    tensors.add(new Tensor(name, GgmlType.F32, 0, values.length, () -> values));
  }

  void write(Path file) throws IOException {
    Bytes header = new Bytes().int32(MAGIC).int32(VERSION).int64(tensors.size()).int64(entries);
    header.append(metadata);
    long offset = 0;
    for (Tensor tensor : tensors) {
      header.text(tensor.name).int32(tensor.rows == 0 ? 1 : 2).int64(tensor.columns);
      if (tensor.rows > 0) {
        header.int64(tensor.rows);
      }
      header.int32(tensor.type.number()).int64(offset);
      offset += aligned(tensor.bytes());
    }
    header.pad(aligned(header.size()) - header.size());
    try (OutputStream out = Files.newOutputStream(file)) {
      out.write(header.toArray());
      for (Tensor tensor : tensors) {
        out.write(tensor.type.encode(tensor.values.get()));
        out.write(new byte[(int) (aligned(tensor.bytes()) - tensor.bytes())]);
      }
    }
  }

  private Bytes begin(String key, int type) {
    entries++;
    return metadata.text(key).int32(type);
  }

  private static long aligned(long size) {
    return (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
  }

  /** Little-endian bytes. */
  private static final class Bytes {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    Bytes int8(int value) {
      out.write(value);
      return this;
    }

    Bytes int32(int value) {
      out.writeBytes(little(Integer.BYTES).putInt(value).array());
      return this;
    }

    Bytes int64(long value) {
      out.writeBytes(little(Long.BYTES).putLong(value).array());
      return this;
    }

    Bytes real(float value) {
      out.writeBytes(little(Float.BYTES).putFloat(value).array());
      return this;
    }

    Bytes text(String value) {
      byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
      int64(bytes.length);
      out.writeBytes(bytes);
      return this;
    }

    void append(Bytes other) {
      out.writeBytes(other.toArray());
    }

    void pad(long count) {
      out.writeBytes(new byte[(int) count]);
    }

    long size() {
      return out.size();
    }

    byte[] toArray() {
      return out.toByteArray();
    }

    private static ByteBuffer little(int size) {
      return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    }
  }
}
