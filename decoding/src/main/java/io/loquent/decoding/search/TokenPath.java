package io.loquent.decoding.search;

import io.loquent.decoding.ChosenToken;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The generated tokens of a beam, linked from the newest to the oldest, so that beams share what
 * they have in common. Immutable.
 */
final class TokenPath {

  private final ChosenToken token;
  private final @Nullable TokenPath parent;
  private final int length;

  private TokenPath(ChosenToken token, @Nullable TokenPath parent) {
    this.token = token;
    this.parent = parent;
    length = lengthOf(parent) + 1;
  }

  /** Returns a path with one more token; null is the path without tokens. */
  static TokenPath append(@Nullable TokenPath parent, ChosenToken token) {
    return new TokenPath(token, parent);
  }

  ChosenToken token() {
    return token;
  }

  /** Returns the path without its newest token. */
  @Nullable TokenPath parent() {
    return parent;
  }

  static int lengthOf(@Nullable TokenPath path) {
    return path == null ? 0 : path.length;
  }

  /** Returns the tokens, the oldest first. */
  static List<ChosenToken> tokens(@Nullable TokenPath path) {
    ChosenToken[] tokens = new ChosenToken[lengthOf(path)];
    for (TokenPath node = path; node != null; node = node.parent) {
      tokens[node.length - 1] = node.token;
    }
    return Arrays.asList(tokens);
  }

  /** Returns the longest path that two paths both go along. */
  static @Nullable TokenPath common(@Nullable TokenPath a, @Nullable TokenPath b) {
    while (a != b) {
      if (lengthOf(a) >= lengthOf(b) && a != null) {
        a = a.parent;
      } else if (b != null) {
        b = b.parent;
      }
    }
    return a;
  }
}
