package io.loquent.internal.json;

/** Text that is not JSON. The message says at which line and column. */
public final class JsonException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  JsonException(String message) {
    super(message);
  }
}
