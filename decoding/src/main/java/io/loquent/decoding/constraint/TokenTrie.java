package io.loquent.decoding.constraint;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The tokens of a vocabulary as a trie of their bytes, laid out in preorder: the descendants of a
 * node follow it, up to the end of its subtree. Immutable.
 */
final class TokenTrie {

  static final int ROOT = 0;

  private static final int NONE = -1;

  /** By node, the byte that leads to it. */
  private final byte[] labels;

  /** By node, the first node that does not descend from it. */
  private final int[] ends;

  /** By node, where the tokens that end at it begin in {@code tokens}. */
  private final int[] firstTokens;

  private final int[] tokens;
  private final int vocabularySize;
  private final int longest;

  private TokenTrie(List<Spelling> spellings, int vocabularySize) {
    this.vocabularySize = vocabularySize;
    int nodes = 1;
    byte[] before = new byte[0];
    for (Spelling spelling : spellings) {
      nodes += spelling.bytes.length - common(before, spelling.bytes);
      before = spelling.bytes;
    }
    labels = new byte[nodes];
    ends = new int[nodes];
    firstTokens = new int[nodes + 1];
    tokens = new int[spellings.size()];
    longest = spellings.stream().mapToInt(spelling -> spelling.bytes.length).max().orElse(0);
    layOut(spellings);
  }

  /** A token and how it is written. */
  @SuppressWarnings("ArrayRecordComponent") // Never compared.
  private record Spelling(int id, byte[] bytes) {}

  /** Makes the trie of all tokens that are written with at least one byte. */
  static TokenTrie of(TokenBytes vocabulary, int vocabularySize, boolean first) {
    List<Spelling> spellings = new ArrayList<>();
    for (int id = 0; id < Math.min(vocabulary.size(), vocabularySize); id++) {
      byte[] bytes = vocabulary.bytes(id, first);
      if (bytes != null && bytes.length > 0) {
        spellings.add(new Spelling(id, bytes));
      }
    }
    spellings.sort((a, b) -> compare(a.bytes, b.bytes));
    return new TokenTrie(spellings, vocabularySize);
  }

  /** Bytes are compared without sign, and a prefix comes before what it begins. */
  private static int compare(byte[] a, byte[] b) {
    int shared = common(a, b);
    return shared < Math.min(a.length, b.length)
        ? Integer.compare(a[shared] & 0xFF, b[shared] & 0xFF)
        : Integer.compare(a.length, b.length);
  }

  private static int common(byte[] first, byte[] second) {
    int length = Math.min(first.length, second.length);
    int index = 0;
    while (index < length && first[index] == second[index]) {
      index++;
    }
    return index;
  }

  private void layOut(List<Spelling> spellings) {
    int[] path = new int[longest + 1];
    int node = 1;
    int depth = 0;
    byte[] before = new byte[0];
    for (int i = 0; i < spellings.size(); i++) {
      byte[] bytes = spellings.get(i).bytes;
      int shared = common(before, bytes);
      for (; depth > shared; depth--) {
        ends[path[depth]] = node;
      }
      for (; depth < bytes.length; node++) {
        labels[node] = bytes[depth++];
        path[depth] = node;
      }
      tokens[i] = spellings.get(i).id;
      before = bytes;
    }
    for (; depth >= 0; depth--) {
      ends[path[depth]] = node;
    }
    countTokens(spellings);
  }

  /** Tokens end where their last byte is; a node without any has the next one's first token. */
  private void countTokens(List<Spelling> spellings) {
    int[] count = new int[ends.length];
    int node = ROOT;
    byte[] before = new byte[0];
    for (Spelling spelling : spellings) {
      if (!Arrays.equals(before, spelling.bytes)) {
        node = find(spelling.bytes);
      }
      count[node]++;
      before = spelling.bytes;
    }
    int sum = 0;
    for (int i = 0; i < count.length; i++) {
      firstTokens[i] = sum;
      sum += count[i];
    }
    firstTokens[count.length] = sum;
  }

  private int find(byte[] bytes) {
    int node = ROOT;
    for (byte value : bytes) {
      node = child(node, value & 0xFF);
    }
    return node;
  }

  int vocabularySize() {
    return vocabularySize;
  }

  /** How many bytes the longest token has. */
  int longest() {
    return longest;
  }

  int label(int node) {
    return labels[node] & 0xFF;
  }

  /** The first node behind a node's descendants. */
  int end(int node) {
    return ends[node];
  }

  boolean hasChildren(int node) {
    return ends[node] > node + 1;
  }

  /** The node that a byte leads to; -1 if there is none. */
  int child(int node, int value) {
    for (int child = node + 1; child < ends[node]; child = ends[child]) {
      if (label(child) == value) {
        return child;
      }
    }
    return NONE;
  }

  /** Where the tokens that end at a node begin. */
  int firstToken(int node) {
    return firstTokens[node];
  }

  /** Where they end. */
  int endToken(int node) {
    return firstTokens[node + 1];
  }

  int token(int index) {
    return tokens[index];
  }
}
