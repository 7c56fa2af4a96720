package io.loquent.runtime.model;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * What stands for an unknown token in a text, as a folder's files say: {@code mask_token} of {@code
 * tokenizer_config.json} or {@code special_tokens_map.json}.
 */
public final class MaskToken {

  private static final String MASK_TOKEN = "mask_token";
  private static final String CONTENT = "content";

  private MaskToken() {}

  /**
   * Returns how the mask is written in texts.
   *
   * @param folder holds the tokenizer's files
   * @return such as {@code [MASK]}, if one of the files names it
   * @throws io.loquent.ModelLoadException if a file cannot be read
   */
  public static Optional<String> spelling(Path folder) {
    for (String file : List.of("tokenizer_config.json", "special_tokens_map.json")) {
      Object token = FolderConfig.read(folder.resolve(file)).get(MASK_TOKEN);
      Object text = token instanceof Map<?, ?> described ? described.get(CONTENT) : token;
      if (text instanceof String spelling) {
        return Optional.of(spelling);
      }
    }
    return Optional.empty();
  }

  /** The mask's vocabulary id, of which the files know besides {@code config.json}. */
  static OptionalInt id(Path folder) {
    String spelling = spelling(folder).orElse(null);
    if (spelling == null) {
      return OptionalInt.empty();
    }
    if (FolderConfig.read(folder.resolve("tokenizer_config.json")).get("added_tokens_decoder")
        instanceof Map<?, ?> added) {
      for (Map.Entry<?, ?> entry : added.entrySet()) {
        if (isFor(entry.getValue(), spelling)) {
          return number(String.valueOf(entry.getKey()));
        }
      }
    }
    if (FolderConfig.read(folder.resolve("tokenizer.json")).get("added_tokens")
        instanceof List<?> added) {
      for (Object token : added) {
        if (isFor(token, spelling) && ((Map<?, ?>) token).get("id") instanceof Number id) {
          return OptionalInt.of(id.intValue());
        }
      }
    }
    return OptionalInt.empty();
  }

  private static boolean isFor(@Nullable Object token, String spelling) {
    return token instanceof Map<?, ?> described && spelling.equals(described.get(CONTENT));
  }

  private static OptionalInt number(String text) {
    boolean digits =
        !text.isEmpty() && text.length() < 10 && text.chars().allMatch(Character::isDigit);
    return digits ? OptionalInt.of(Integer.parseInt(text)) : OptionalInt.empty();
  }
}
