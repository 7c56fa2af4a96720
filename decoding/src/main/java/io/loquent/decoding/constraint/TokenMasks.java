package io.loquent.decoding.constraint;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Finds the tokens that may come in a state. Not thread-safe.
 *
 * <p>For most tokens that depends on the top of a stack alone (Dong et al. 2024): the trie is
 * walked once for each expression that is met at a top, and the outcome kept. What is left open
 * then are tokens with which the expression ends before the token does; they are the descendants of
 * a few nodes of the trie, from which the walk goes on with the rest of the stack.
 */
final class TokenMasks {

  private final PushdownAutomaton automaton;
  private final TokenTrie trie;

  /** What is known by the top of a stack alone, by its expression. */
  private final Map<Expr, LocalTokens> local = new HashMap<>();

  private long bytes;

  /** Working memory: a set of tokens, and the way from the root of the trie. */
  private final long[] bits;

  private final ParseState[] path;
  private final int[] pathEnds;
  private int[] exits = new int[16];
  private int exitCount;

  /**
   * What is known by the top of a stack alone.
   *
   * @param tokens those that may come whatever is below
   * @param exits nodes of the trie where the expression may have ended
   */
  @SuppressWarnings("ArrayRecordComponent") // Never compared.
  private record LocalTokens(TokenMask tokens, int[] exits) {}

  TokenMasks(PushdownAutomaton automaton, TokenTrie trie) {
    this.automaton = automaton;
    this.trie = trie;
    bits = new long[(trie.vocabularySize() + 63) / 64];
    path = new ParseState[trie.longest() + 2];
    pathEnds = new int[trie.longest() + 2];
  }

  void forget() {
    local.clear();
    bytes = 0;
  }

  /** How much memory is taken by what is known. */
  long bytes() {
    return bytes;
  }

  /** The tokens after which the text can still be completed. */
  TokenMask possible(ParseState state) {
    LocalTokens[] tops = new LocalTokens[state.frames.length];
    for (int i = 0; i < tops.length; i++) {
      tops[i] = localTokens(state.frames[i].expr);
    }
    if (tops.length == 1 && (state.frames[0].parent == null || tops[0].exits.length == 0)) {
      return tops[0].tokens;
    }
    Arrays.fill(bits, 0);
    for (int i = 0; i < tops.length; i++) {
      tops[i].tokens.addTo(bits);
      Frame parent = state.frames[i].parent;
      if (parent != null && tops[i].exits.length > 0) {
        ParseState below = automaton.behind(parent);
        for (int exit : tops[i].exits) {
          walk(exit, below, false);
        }
      }
    }
    return TokenMask.of(trie.vocabularySize(), bits);
  }

  private LocalTokens localTokens(Expr top) {
    LocalTokens known = local.get(top);
    if (known == null) {
      Expr expr = automaton.seenWithin(top, trie.longest());
      known = expr == top ? compute(expr) : localTokens(expr);
      local.put(top, known);
    }
    return known;
  }

  private LocalTokens compute(Expr expr) {
    Arrays.fill(bits, 0);
    exitCount = 0;
    walk(TokenTrie.ROOT, automaton.local(expr), true);
    LocalTokens tokens =
        new LocalTokens(TokenMask.of(trie.vocabularySize(), bits), Arrays.copyOf(exits, exitCount));
    bytes += tokens.tokens.bytes() + 4L * exitCount;
    return tokens;
  }

  /** Marks the tokens below a node that can be read from a state. */
  private void walk(int from, ParseState state, boolean noteExits) {
    int depth = 0;
    path[0] = state;
    pathEnds[0] = trie.end(from);
    int node = from + 1;
    while (depth >= 0) {
      if (node >= pathEnds[depth]) {
        depth--;
        continue;
      }
      ParseState next = automaton.next(path[depth], trie.label(node));
      if (next.isDead()) {
        node = trie.end(node);
        continue;
      }
      for (int i = trie.firstToken(node); i < trie.endToken(node); i++) {
        int id = trie.token(i);
        bits[id >> 6] |= 1L << id;
      }
      if (trie.hasChildren(node)) {
        if (noteExits && next.accepting) {
          noteExit(node);
        }
        depth++;
        path[depth] = next;
        pathEnds[depth] = trie.end(node);
      }
      node++;
    }
  }

  private void noteExit(int node) {
    if (exitCount == exits.length) {
      exits = Arrays.copyOf(exits, 2 * exitCount);
    }
    exits[exitCount++] = node;
  }

  /**
   * The longest token that writes nothing but what must come, if only one text can come: then there
   * is nothing to choose but how it is cut into tokens.
   *
   * @return its mask; null where several texts can come, or a token might go on behind the end of
   *     what must come
   */
  @Nullable TokenMask forced(ParseState state) {
    ParseState reached = state;
    int node = TokenTrie.ROOT;
    int longest = -1;
    int value = automaton.forcedByte(reached);
    while (value >= 0) {
      int child = trie.child(node, value);
      if (child < 0) {
        break;
      }
      node = child;
      if (trie.firstToken(node) < trie.endToken(node)) {
        longest = trie.token(trie.firstToken(node));
      }
      reached = automaton.next(reached, value);
      value = automaton.forcedByte(reached);
    }
    boolean mayGoOn = value < 0 && node != TokenTrie.ROOT && anyBelow(node, reached);
    return (longest < 0 || mayGoOn) ? null : TokenMask.only(trie.vocabularySize(), longest);
  }

  private boolean anyBelow(int node, ParseState state) {
    for (int child = node + 1; child < trie.end(node); child = trie.end(child)) {
      ParseState next = automaton.next(state, trie.label(child));
      if (!next.isDead()
          && (trie.firstToken(child) < trie.endToken(child) || anyBelow(child, next))) {
        return true;
      }
    }
    return false;
  }
}
