package io.loquent.decoding.search;

import io.loquent.decoding.ChosenToken;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The tokens at the beginning that all hypotheses of a beam search have in common. */
final class SettledTokens {

  private final List<ChosenToken> tokens = new ArrayList<>();

  /** Takes note of the path that all hypotheses go along by now. */
  void settle(@Nullable TokenPath common) {
    int known = tokens.size();
    for (TokenPath node = common;
        node != null && TokenPath.lengthOf(node) > known;
        node = node.parent()) {
      tokens.add(known, node.token());
    }
  }

  int size() {
    return tokens.size();
  }

  ChosenToken get(int index) {
    return tokens.get(index);
  }
}
