package io.loquent.tokenizers.chat;

/** What is wrong in a template or while it renders; the line is added where it is known. */
final class TemplateError extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /** The line of the template, counted from 1; 0 while nobody has said which. */
  private final int line;

  TemplateError(String message) {
    this(message, 0);
  }

  TemplateError(String message, int line) {
    // Templates fail as a part of their work (raise_exception); nobody reads where in Java.
    super(message, null, false, false);
    this.line = line;
  }

  int line() {
    return line;
  }

  String text() {
    return String.valueOf(getMessage());
  }
}
