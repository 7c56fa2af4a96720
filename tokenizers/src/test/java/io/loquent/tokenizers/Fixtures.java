package io.loquent.tokenizers;

import io.loquent.internal.json.Json;
import io.loquent.spi.Tokenizer;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.List;
import java.util.Map;

/** The tokenizers in src/test/resources/fixtures. */
final class Fixtures {

  private Fixtures() {}

  static Path folder(String name) {
    try {
      return Paths.get(Fixtures.class.getResource("/fixtures/" + name).toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  static Tokenizer open(String name) {
    return TokenizerFolder.load(folder(name)).orElseThrow();
  }

  /** Opens a tokenizer.json that is written out in a test. */
  static Tokenizer open(Path folder, String json) {
    write(folder.resolve("tokenizer.json"), json);
    return TokenizerFolder.load(folder).orElseThrow();
  }

  static void write(Path file, String text) {
    try {
      Files.writeString(file, text);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  @SuppressWarnings("unchecked")
  static List<Map<String, Object>> goldens(String name) {
    try {
      String text = Files.readString(folder(name).resolve("tokenizer_goldens.json"));
      return (List<Map<String, Object>>) Json.parseObject(text).get("cases");
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  static int[] ids(Object json) {
    return ((List<?>) json).stream().mapToInt(id -> ((Long) id).intValue()).toArray();
  }
}
