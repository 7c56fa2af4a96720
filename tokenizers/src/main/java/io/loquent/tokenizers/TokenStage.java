package io.loquent.tokenizers;

/** A stage that rewrites each piece for itself, knowing only whether it is the first. */
final class TokenStage implements PieceSink {

  private final Rewrite rewrite;
  private final PieceSink next;
  private boolean first = true;

  TokenStage(Rewrite rewrite, PieceSink next) {
    this.rewrite = rewrite;
    this.next = next;
  }

  @Override
  public void piece(String piece) {
    String rewritten = rewrite.of(piece, first);
    first = false;
    next.piece(rewritten);
  }

  @Override
  public void end() {
    next.end();
  }

  /** What becomes of a piece. */
  interface Rewrite {
    String of(String piece, boolean first);
  }
}
