package io.loquent.tokenizers.chat;

/** Counts what one rendering costs, and ends it when that is too much. */
final class Budget {

  private static final int STEPS_BETWEEN_LOOKS = 1024;

  private final long deadline = System.nanoTime() + Limits.NANOS;
  private long steps;
  private long nextLook = STEPS_BETWEEN_LOOKS;

  void charge(long cost) {
    steps += cost;
    if (steps >= nextLook) {
      look();
    }
  }

  /** Charges for working through a text or through the elements of a list. */
  void chargeFor(Object value) {
    if (value instanceof String text) {
      charge(text.length() / 8);
    } else if (value instanceof java.util.Collection<?> elements) {
      charge(elements.size() / 2);
    } else if (value instanceof java.util.Map<?, ?> members) {
      charge(members.size());
    }
  }

  private void look() {
    nextLook = steps + STEPS_BETWEEN_LOOKS;
    if (steps > Limits.STEPS) {
      throw new TemplateError("more than " + Limits.STEPS + " steps are not allowed");
    }
    if (System.nanoTime() - deadline > 0) {
      throw new TemplateError("it took longer than " + Limits.NANOS / 1_000_000 + " milliseconds");
    }
  }
}
