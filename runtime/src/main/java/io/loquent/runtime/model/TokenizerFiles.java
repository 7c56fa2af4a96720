package io.loquent.runtime.model;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * What the files beside a tokenizer say: {@code tokenizer_config.json} and {@code
 * special_tokens_map.json}. Immutable and thread-safe.
 */
public final class TokenizerFiles {

  /** Names what stands for an unknown token. */
  public static final String MASK_TOKEN = "mask_token";

  private static final String CONTENT = "content";

  private final Path folder;
  private final Map<String, @Nullable Object> config;

  /**
   * Reads {@code tokenizer_config.json}, if it is there.
   *
   * @param folder holds the tokenizer's files
   * @throws io.loquent.ModelLoadException if the file cannot be read
   */
  public TokenizerFiles(Path folder) {
    this.folder = folder;
    config = FolderConfig.read(folder.resolve("tokenizer_config.json"));
  }

  /**
   * Returns an entry of {@code tokenizer_config.json}.
   *
   * @param name the entry
   * @return as JSON; null if it is not there
   */
  public @Nullable Object setting(String name) {
    return config.get(name);
  }

  /**
   * Returns how a special token is written in texts.
   *
   * @param name such as {@code mask_token}
   * @return such as {@code [MASK]}, if one of the files names it
   * @throws io.loquent.ModelLoadException if a file cannot be read
   */
  public Optional<String> spelling(String name) {
    Optional<String> configured = content(config.get(name));
    return configured.isPresent()
        ? configured
        : content(FolderConfig.read(folder.resolve("special_tokens_map.json")).get(name));
  }

  /** A token is its text, or an object that has it. */
  private static Optional<String> content(@Nullable Object token) {
    Object text = token instanceof Map<?, ?> described ? described.get(CONTENT) : token;
    return text instanceof String content ? Optional.of(content) : Optional.empty();
  }

  /** A special token's vocabulary id, as the files say without a tokenizer being opened. */
  OptionalInt id(String name) {
    String spelling = spelling(name).orElse(null);
    if (spelling == null) {
      return OptionalInt.empty();
    }
    if (config.get("added_tokens_decoder") instanceof Map<?, ?> added) {
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
