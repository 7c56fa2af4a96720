package io.loquent.runtime.encoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.loquent.ModelLoadException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SafetensorsTest {

  @TempDir Path folder;

  private Safetensors read(String header, int... bytes) throws IOException {
    byte[] json = header.getBytes(StandardCharsets.UTF_8);
    ByteBuffer file =
        ByteBuffer.allocate(Long.BYTES + json.length + bytes.length).order(ByteOrder.LITTLE_ENDIAN);
    file.putLong(json.length).put(json);
    for (int value : bytes) {
      file.put((byte) value);
    }
    return Safetensors.read(Files.write(folder.resolve("model.safetensors"), file.array()));
  }

  private static String entry(String type, String shape, String offsets) {
    return "{\"__metadata__\": {\"format\": \"pt\"}, \"w\": {\"dtype\": \""
        + type
        + "\", \"shape\": "
        + shape
        + ", \"data_offsets\": "
        + offsets
        + "}}";
  }

  @Test
  void numbers_of_three_precisions_are_read() throws IOException {
    assertThat(
            read(entry("F32", "[2]", "[0, 8]"), 0, 0, 0x80, 0x3F, 0, 0, 0x20, 0xC0).tensor("w", 2))
        .containsExactly(1, -2.5f);
    assertThat(read(entry("F16", "[1, 2]", "[2, 6]"), 9, 9, 0, 0x3C, 0, 0xC1).tensor("w", 1, 2))
        .containsExactly(1, -2.5f);
    assertThat(read(entry("BF16", "[2, 1]", "[0, 4]"), 0x80, 0x3F, 0x20, 0xC0).tensor("w", 2, 1))
        .containsExactly(1, -2.5f);
  }

  @ParameterizedTest
  @CsvSource({
    "F64, '[2]', '[0, 16]', F64",
    "F32, '[1]', '[0, 8]', should have the shape [2]",
    "F32, '[2]', '[0, 4]', data_offsets",
    "F32, '[2]', '[4, 12]', data_offsets",
    "F32, '[2]', '[-4, 4]', data_offsets",
    "F32, '[2]', '[0]', data_offsets",
    "F32, '[2]', null, described by",
    "F32, '\"2\"', '[0, 8]', described by"
  })
  void descriptions_that_do_not_fit_are_refused(
      String type, String shape, String offsets, String part) throws IOException {
    Safetensors weights = read(entry(type, shape, offsets), new int[8]);
    assertThatThrownBy(() -> weights.tensor("w", 2))
        .isInstanceOf(ModelLoadException.class)
        .hasMessageContainingAll("model.safetensors", part);
  }

  @Test
  void missing_tensors_and_headers_are_refused() throws IOException {
    Safetensors weights = read(entry("F32", "[0]", "[0, 0]"));
    assertThat(weights.has("w")).isTrue();
    assertThat(weights.has("v")).isFalse();
    assertThatThrownBy(() -> weights.tensor("v", 1))
        .isInstanceOf(ModelLoadException.class)
        .hasMessageContainingAll("\"v\"", "[__metadata__, w]");
    assertThatThrownBy(() -> read("{no"))
        .isInstanceOf(ModelLoadException.class)
        .hasMessageContaining("cannot be read");
  }

  @ParameterizedTest
  @CsvSource({"1, 0", "64, 4", "-1, 4", "100000001, 4"})
  void headers_that_cannot_be_there_are_refused(long length, int bytes) throws IOException {
    ByteBuffer content = ByteBuffer.allocate(Long.BYTES + bytes).order(ByteOrder.LITTLE_ENDIAN);
    content.putLong(length);
    Path file = Files.write(folder.resolve("model.safetensors"), content.array());
    assertThatThrownBy(() -> Safetensors.read(file))
        .isInstanceOf(ModelLoadException.class)
        .hasMessageContainingAll("model.safetensors", "a header of " + length + " bytes");
  }

  @Test
  void only_the_tensors_that_are_asked_for_are_read_from_a_large_file() throws IOException {
    long large = 4L << 30;
    String header =
        "{\"large\": {\"dtype\": \"F32\", \"shape\": [65536, 16384], \"data_offsets\": [0, "
            + large
            + "]}, \"small\": {\"dtype\": \"F32\", \"shape\": [1], \"data_offsets\": ["
            + large
            + ", "
            + (large + Float.BYTES)
            + "]}}";
    byte[] json = header.getBytes(StandardCharsets.UTF_8);
    ByteBuffer start = ByteBuffer.allocate(Long.BYTES + json.length).order(ByteOrder.LITTLE_ENDIAN);
    start.putLong(json.length).put(json).flip();
    Path file = folder.resolve("large.safetensors");
    try (FileChannel channel =
        FileChannel.open(
            file,
            StandardOpenOption.CREATE_NEW,
            StandardOpenOption.SPARSE,
            StandardOpenOption.WRITE)) {
      channel.write(start);
      channel.write(ByteBuffer.wrap(new byte[] {0, 0, 0x20, (byte) 0xC0}), start.limit() + large);
    }
    Safetensors weights = Safetensors.read(file);
    assertThat(weights.tensor("small", 1)).containsExactly(-2.5f);
    assertThatThrownBy(() -> weights.tensor("large", 65536, 16384))
        .isInstanceOf(ModelLoadException.class)
        .hasMessageContainingAll(
            "large.safetensors", "\"large\" has " + large + " bytes", "at most 2147483639");
  }
}
