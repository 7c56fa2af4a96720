package io.loquent.runtime.encoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.loquent.ModelLoadException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
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
}
