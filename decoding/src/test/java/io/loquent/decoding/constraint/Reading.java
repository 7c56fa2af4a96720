package io.loquent.decoding.constraint;

import io.loquent.OutputConstraint;
import java.nio.charset.StandardCharsets;

/** Reads texts under a constraint, byte by byte. */
final class Reading {

  private final PushdownAutomaton automaton;

  Reading(OutputConstraint constraint) {
    automaton = new PushdownAutomaton(ConstraintCompiler.compile(constraint));
  }

  private ParseState after(String text) {
    ParseState state = automaton.start();
    for (byte value : text.getBytes(StandardCharsets.UTF_8)) {
      state = automaton.next(state, value & 0xFF);
    }
    return state;
  }

  boolean accepts(String text) {
    return after(text).accepting;
  }

  /** Whether a text can become one that is accepted. */
  boolean begins(String text) {
    return !after(text).isDead();
  }
}
