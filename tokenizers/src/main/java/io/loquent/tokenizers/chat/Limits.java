package io.loquent.tokenizers.chat;

/**
 * What one template may cost. Real templates stay below a thousandth of most of these; a hostile
 * one ends in an error within a second.
 */
final class Limits {

  /** Characters of a template. */
  static final int TEMPLATE = 1_000_000;

  /** Tags and brackets inside each other. */
  static final int NESTING = 100;

  /** Evaluations inside each other, calls of macros included. */
  static final int DEPTH = 500;

  /** Evaluations; eight characters or two elements that one works through count as one more. */
  static final long STEPS = 5_000_000;

  /** Nanoseconds. */
  static final long NANOS = 900_000_000L;

  /** Characters of a text, of the whole output too. */
  static final int TEXT = 5_000_000;

  /** Elements of a list. */
  static final int ELEMENTS = 1_000_000;

  /** Numbers of a range, as Jinja's sandbox has it. */
  static final int RANGE = 100_000;

  /** Lists and mappings inside each other that are printed or compared. */
  static final int VALUE_DEPTH = 100;

  private Limits() {}

  static void checkText(long characters) {
    if (characters > TEXT) {
      throw new TemplateError("a text of more than " + TEXT + " characters is not allowed");
    }
  }

  static void checkElements(long elements) {
    if (elements > ELEMENTS) {
      throw new TemplateError("a list of more than " + ELEMENTS + " elements is not allowed");
    }
  }

  static void checkDepth(int depth) {
    if (depth > VALUE_DEPTH) {
      throw new TemplateError("a value is nested more than " + VALUE_DEPTH + " levels deep");
    }
  }
}
