package io.loquent.decoding.constraint;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads texts by a grammar, byte by byte and in all possible ways at once. States and stacks are
 * made when they are first met and then found again, so that a byte that was read before in the
 * same state is a look-up. Not thread-safe.
 */
final class PushdownAutomaton {

  private final Grammar grammar;
  private final Derivatives derivatives;
  private final Map<Long, Frame> frames = new HashMap<>();
  private final Map<StateKey, ParseState> states = new HashMap<>();
  private int madeFrames;

  private record StateKey(List<Integer> frames, boolean accepting) {}

  PushdownAutomaton(Grammar grammar) {
    this.grammar = grammar;
    derivatives = new Derivatives(grammar.pool());
  }

  ParseState start() {
    return behind(frame(grammar.root(), null));
  }

  /** How many states are remembered. */
  int size() {
    return states.size();
  }

  /** Forgets all states and stacks; those in use stay right, but are not found again. */
  void forget() {
    frames.clear();
    // A state in use would otherwise keep all that was reached from it.
    states.values().forEach(ParseState::forget);
    states.clear();
  }

  /** What can be read when a stack is reached. */
  ParseState behind(Frame frame) {
    return close(List.of(frame));
  }

  /** The state in which only the top of a stack is known. */
  ParseState local(Expr expr) {
    return state(List.of(frame(expr, null)), false);
  }

  /** An expression that looks the same to whoever reads only some bytes. */
  Expr seenWithin(Expr expr, int bytes) {
    return grammar.pool().seenWithin(expr, bytes);
  }

  /** What follows a byte. */
  ParseState next(ParseState state, int value) {
    ParseState next = state.known(value);
    if (next == null) {
      List<Frame> reached = new ArrayList<>(state.frames.length);
      for (Frame frame : state.frames) {
        Expr target = derivatives.next(frame.expr, value);
        if (target != grammar.pool().nothing) {
          reached.add(frame(target, frame.parent));
        }
      }
      next = close(reached);
      state.remember(value, next);
    }
    return next;
  }

  /** The only byte that can follow; -1 if there are several, or if the text may end. */
  int forcedByte(ParseState state) {
    if (state.accepting) {
      return -1;
    }
    int only = -1;
    for (Frame frame : state.frames) {
      Transitions transitions = derivatives.transitions(frame.expr);
      for (int value = 0; value < 256; value++) {
        Expr target = derivatives.target(transitions, transitions.classOf(value));
        if (target != grammar.pool().nothing) {
          if (only >= 0 && only != value) {
            return -1;
          }
          only = value;
        }
      }
    }
    return only;
  }

  /** Follows all calls and ends of rules. */
  private ParseState close(List<Frame> reached) {
    Deque<Frame> open = new ArrayDeque<>(reached);
    Set<Frame> seen = new HashSet<>(reached);
    List<Frame> reading = new ArrayList<>();
    boolean accepting = false;
    while (!open.isEmpty()) {
      Frame frame = open.remove();
      if (frame.expr.nullable) {
        if (frame.parent == null) {
          accepting = true;
        } else if (seen.add(frame.parent)) {
          open.add(frame.parent);
        }
      }
      Transitions transitions = derivatives.transitions(frame.expr);
      for (int i = 0; i < transitions.calls.length; i++) {
        Expr rest = transitions.returns[i];
        // Nothing is to be done on return from a last call, so its caller need not be kept.
        Frame caller = rest == grammar.pool().empty ? frame.parent : frame(rest, frame.parent);
        Frame called = frame(grammar.rules()[transitions.calls[i]], caller);
        if (seen.add(called)) {
          open.add(called);
        }
      }
      if (readsBytes(transitions)) {
        reading.add(frame);
      }
    }
    return state(reading, accepting);
  }

  private boolean readsBytes(Transitions transitions) {
    boolean reads = false;
    for (int i = 0; !reads && i < transitions.targets.length; i++) {
      reads = derivatives.target(transitions, i) != grammar.pool().nothing;
    }
    return reads;
  }

  private Frame frame(Expr expr, @Nullable Frame parent) {
    long key = (long) expr.id << 32 | (parent == null ? 0xFFFFFFFFL : parent.id);
    Frame frame = frames.get(key);
    if (frame == null) {
      frame = new Frame(madeFrames++, expr, parent);
      frames.put(key, frame);
    }
    return frame;
  }

  private ParseState state(List<Frame> reading, boolean accepting) {
    Frame[] sorted = reading.toArray(new Frame[0]);
    Arrays.sort(sorted, Comparator.comparingInt(frame -> frame.id));
    List<Integer> ids = new ArrayList<>(sorted.length);
    for (Frame frame : sorted) {
      ids.add(frame.id);
    }
    return states.computeIfAbsent(
        new StateKey(ids, accepting), key -> new ParseState(sorted, accepting));
  }
}
