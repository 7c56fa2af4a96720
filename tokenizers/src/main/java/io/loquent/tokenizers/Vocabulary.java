package io.loquent.tokenizers;

import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Tokens and their ids. An added token takes precedence over the model's own token, as in the
 * tokenizers library.
 */
final class Vocabulary {

  private final Map<String, Integer> ids;
  private final @Nullable String[] tokens;
  private final Set<String> special;

  private Vocabulary(Builder builder) {
    this.ids = builder.ids;
    this.tokens = Arrays.copyOf(builder.tokens, builder.size);
    this.special = builder.special;
  }

  /** One more than the highest id. */
  int size() {
    return tokens.length;
  }

  OptionalInt idOf(String token) {
    Integer id = ids.get(token);
    return id == null ? OptionalInt.empty() : OptionalInt.of(id);
  }

  /** The token's spelling, or null if no token has the id. */
  @Nullable String token(int id) {
    return id >= 0 && id < tokens.length ? tokens[id] : null;
  }

  boolean isSpecial(String token) {
    return special.contains(token);
  }

  /** Takes the model's tokens first, then the added ones. */
  static final class Builder {

    /** Above any real vocabulary; a broken file must not make us reserve memory for it. */
    static final int HIGHEST_ID = (1 << 24) - 1;

    private final Map<String, Integer> ids = new HashMap<>();
    private final Set<String> special = new HashSet<>();
    private @Nullable String[] tokens = new String[1024];
    private int size;
    private int modelTokens;
    private int highestAdded = -1;

    void addModelToken(String token, int id) {
      put(token, id);
      modelTokens = ids.size();
    }

    /**
     * Adds a token with the id that the tokenizers library gives it: the one it already has, or the
     * next free one.
     */
    int add(AddedToken token) {
      if (token.special()) {
        special.add(token.content());
      }
      Integer known = ids.get(token.content());
      int id = known == null ? Math.max(modelTokens, highestAdded + 1) : known;
      put(token.content(), id);
      highestAdded = Math.max(highestAdded, id);
      return id;
    }

    Vocabulary build() {
      return new Vocabulary(this);
    }

    private void put(String token, int id) {
      if (id >= tokens.length) {
        tokens = Arrays.copyOf(tokens, Math.max(id + 1, tokens.length * 2));
      }
      ids.put(token, id);
      tokens[id] = token;
      size = Math.max(size, id + 1);
    }
  }
}
