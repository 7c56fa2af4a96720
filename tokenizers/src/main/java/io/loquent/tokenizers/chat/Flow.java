package io.loquent.tokenizers.chat;

/** What happens after a statement. */
enum Flow {
  /** The next statement runs. */
  NEXT,
  /** The loop around it ends. */
  BREAK,
  /** The loop around it goes on with its next element. */
  CONTINUE
}
