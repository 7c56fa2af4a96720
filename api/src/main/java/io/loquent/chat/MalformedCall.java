package io.loquent.chat;

/** What began like a tool call and is none. */
final class MalformedCall extends Exception {

  private static final long serialVersionUID = 1L;

  MalformedCall(String message) {
    super(message);
  }
}
