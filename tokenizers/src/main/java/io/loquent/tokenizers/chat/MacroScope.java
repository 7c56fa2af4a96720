package io.loquent.tokenizers.chat;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Set;

/** Which names the macros use that are being read, the innermost first. */
final class MacroScope {

  private final Deque<Set<String>> open = new ArrayDeque<>();

  void enter() {
    open.push(new HashSet<>());
  }

  /** Ends the innermost macro and returns the names that it uses. */
  Set<String> leave() {
    return open.pop();
  }

  void sawName(String name) {
    if (!open.isEmpty()) {
      open.element().add(name);
    }
  }
}
