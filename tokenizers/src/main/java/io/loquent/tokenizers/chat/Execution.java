package io.loquent.tokenizers.chat;

import java.time.Clock;

/** One rendering: what it has cost, how deep it is, and where in the template. */
final class Execution {

  final Budget budget = new Budget();
  final Clock clock;
  int depth;
  int line;

  Execution(Clock clock) {
    this.clock = clock;
  }
}
