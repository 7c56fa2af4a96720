package io.loquent.decoding.search;

import io.loquent.InvalidRequestException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A phrase that has to be generated, as a tree of its alternatives (Hugging Face {@code
 * DisjunctiveConstraint}, of which {@code PhrasalConstraint} is the case with one alternative).
 * Immutable after construction.
 */
final class Phrase {

  private final Node root = new Node(0, -1);
  private final int longest;

  /**
   * Builds the tree.
   *
   * @param alternatives token sequences of which one has to appear
   * @param vocabularySize ids must be below it
   * @throws InvalidRequestException if an alternative is empty, begins with another one, or has a
   *     token that the vocabulary lacks
   */
  Phrase(List<List<Integer>> alternatives, int vocabularySize) {
    int most = 0;
    for (List<Integer> alternative : alternatives) {
      add(alternative, vocabularySize);
      most = Math.max(most, alternative.size());
    }
    longest = most;
    if (most == 0 || root.leaves() != alternatives.size()) {
      throw new InvalidRequestException(
          "the alternatives "
              + alternatives
              + " of force_words_ids must have at least one token each, and none may begin with"
              + " another one; leave out the longer one, which could never be needed");
    }
  }

  private void add(List<Integer> alternative, int vocabularySize) {
    Node node = root;
    for (int token : alternative) {
      if (token < 0 || token >= vocabularySize) {
        throw new InvalidRequestException(
            "force_words_ids has token "
                + token
                + ", but the vocabulary has the tokens 0 to "
                + (vocabularySize - 1));
      }
      Node child = node.child(token);
      if (child == null) {
        child = new Node(node.depth + 1, token);
        node.children.add(child);
      }
      node = child;
    }
  }

  Node root() {
    return root;
  }

  /** Returns the length of the longest alternative. */
  int longest() {
    return longest;
  }

  /** A beginning of alternatives. */
  static final class Node {
    private final int depth;
    private final int token;
    private final List<Node> children = new ArrayList<>();

    Node(int depth, int token) {
      this.depth = depth;
      this.token = token;
    }

    /** Returns the tokens that the beginning has. */
    int depth() {
      return depth;
    }

    int token() {
      return token;
    }

    /** Returns the longer beginnings, in the order of the alternatives. */
    List<Node> children() {
      return children;
    }

    @Nullable Node child(int next) {
      for (Node child : children) {
        if (child.token == next) {
          return child;
        }
      }
      return null;
    }

    boolean isWhole() {
      return children.isEmpty();
    }

    private int leaves() {
      return isWhole() ? 1 : children.stream().mapToInt(Node::leaves).sum();
    }
  }
}
