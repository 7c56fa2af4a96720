package io.loquent.decoding.constraint;

/** How far a text has come under a {@link TokenConstraint}. Immutable and thread-safe. */
public final class ConstraintState {

  final ParseState parse;

  /** Whether the text has begun: its first token may be written differently. */
  final boolean begun;

  ConstraintState(ParseState parse, boolean begun) {
    this.parse = parse;
    this.begun = begun;
  }

  /**
   * Says whether the text may end here.
   *
   * @return true if it is what the constraint asks for
   */
  public boolean isAccepting() {
    return parse.accepting;
  }

  /**
   * Says whether the text has to end here.
   *
   * @return true if it is what the constraint asks for, and nothing longer is
   */
  public boolean isComplete() {
    return parse.isComplete();
  }

  /**
   * Says whether the text can no longer become what the constraint asks for.
   *
   * @return true after a token that was not in the mask
   */
  public boolean isDead() {
    return parse.isDead();
  }
}
