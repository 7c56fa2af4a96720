package io.loquent.decoding.constraint;

import io.loquent.TokenSequence;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * How far the sequences of one request have come under its constraint. Sequences share what they
 * have in common, so that a new token is one step, whichever sequence it continues. Confined to one
 * thread.
 */
public final class ConstraintPaths {

  private static final int SHOWN_BYTES = 60;

  private final TokenConstraint constraint;
  private final Node root;

  /** A sequence of generated tokens; its continuations are a list of siblings. */
  private static final class Node {
    private final int token;
    private final ConstraintState state;
    private @Nullable Node firstChild;
    private final @Nullable Node sibling;

    Node(int token, ConstraintState state, @Nullable Node sibling) {
      this.token = token;
      this.state = state;
      this.sibling = sibling;
    }
  }

  /**
   * Begins.
   *
   * @param constraint what the sequences are held to
   */
  public ConstraintPaths(TokenConstraint constraint) {
    this.constraint = constraint;
    root = new Node(-1, constraint.start(), null);
  }

  /**
   * Returns the constraint.
   *
   * @return what the sequences are held to
   */
  public TokenConstraint constraint() {
    return constraint;
  }

  /**
   * Returns how far a sequence has come.
   *
   * @param tokens prompt and generated tokens; the prompt does not count
   * @return its state
   */
  public ConstraintState after(TokenSequence tokens) {
    return node(tokens).state;
  }

  /**
   * Returns how far a sequence has come with one more token.
   *
   * @param tokens prompt and generated tokens; the prompt does not count
   * @param next the next token
   * @return its state
   */
  public ConstraintState after(TokenSequence tokens, int next) {
    return child(node(tokens), next).state;
  }

  private Node node(TokenSequence tokens) {
    Node node = root;
    for (int i = tokens.promptLength(); i < tokens.length(); i++) {
      node = child(node, tokens.get(i));
    }
    return node;
  }

  private Node child(Node node, int token) {
    Node child = node.firstChild;
    while (child != null && child.token != token) {
      child = child.sibling;
    }
    if (child == null) {
      child = new Node(token, constraint.next(node.state, token), node.firstChild);
      node.firstChild = child;
    }
    return child;
  }

  /**
   * Describes where a sequence is, for errors.
   *
   * @param tokens prompt and generated tokens
   * @return the end of the generated text in quotes
   */
  public String describe(TokenSequence tokens) {
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    for (int i = tokens.promptLength(); i < tokens.length(); i++) {
      constraint.write(tokens.get(i), text.size() == 0, text);
    }
    String whole = new String(text.toByteArray(), StandardCharsets.UTF_8);
    int start = Math.max(0, whole.length() - SHOWN_BYTES);
    return "\"" + (start > 0 ? "..." : "") + whole.substring(start) + "\"";
  }
}
