package io.loquent.tokenizers;

import io.loquent.ModelLoadException;
import io.loquent.internal.json.Json;
import io.loquent.internal.json.JsonException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A JSON object read from a file.
 *
 * @param path the file
 * @param text its text
 * @param members the object
 */
record JsonFile(Path path, String text, Map<String, @Nullable Object> members) {

  private static final String LFS_POINTER = "version https://git-lfs";

  static JsonFile read(Path path) {
    String text;
    try {
      text = new String(Files.readAllBytes(path), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new ModelLoadException(path + " cannot be read: " + e, e);
    }
    if (text.startsWith(LFS_POINTER)) {
      throw new ModelLoadException(
          path
              + " is a Git LFS pointer, not the file itself; run 'git lfs pull' in the model folder"
              + " or download the file");
    }
    try {
      return new JsonFile(path, text, Json.parseObject(text));
    } catch (JsonException e) {
      throw new ModelLoadException(
          path + " is " + e.getMessage() + "; it seems cut off or damaged, copy it again", e);
    }
  }
}
