package io.loquent.tokenizers.chat;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The variable {@code loop}. It looks ahead only as far as the template asks. */
final class LoopState implements Callable {

  // ArrayDeque holds no null, and None is null.
  private static final Object NONE = new Object();

  private final Statement.For loop;
  private final Frame around;
  private final Iterator<@Nullable Object> elements;
  private final int depth;
  private final Deque<Object> ahead = new ArrayDeque<>();
  private long index0 = -1;
  private @Nullable Object previous;
  private @Nullable Object element;
  private @Nullable List<@Nullable Object> lastChecked;

  LoopState(Statement.For loop, Frame around, Iterator<@Nullable Object> elements, int depth) {
    this.loop = loop;
    this.around = around;
    this.elements = elements;
    this.depth = depth;
  }

  boolean advance() {
    if (!hasNext()) {
      return false;
    }
    previous = element;
    element = fromQueue(ahead.remove());
    index0++;
    return true;
  }

  @Nullable Object element() {
    return element;
  }

  private boolean hasNext() {
    if (ahead.isEmpty() && elements.hasNext()) {
      Object next = elements.next();
      ahead.add(next == null ? NONE : next);
    }
    return !ahead.isEmpty();
  }

  private static @Nullable Object fromQueue(Object queued) {
    return queued == NONE ? null : queued;
  }

  private long length() {
    while (elements.hasNext()) {
      Object next = elements.next();
      ahead.add(next == null ? NONE : next);
      around.budget().charge(1);
    }
    return index0 + 1 + ahead.size();
  }

  @Nullable Object attribute(String name) {
    return switch (name) {
      case "index" -> index0 + 1;
      case "index0" -> index0;
      case "revindex" -> length() - index0;
      case "revindex0" -> length() - index0 - 1;
      case "first" -> index0 == 0;
      case "last" -> !hasNext();
      case "length" -> length();
      case "depth" -> depth + 1L;
      case "depth0" -> (long) depth;
      case "previtem" ->
          index0 > 0 ? previous : new Undefined("there is no previous item in the first round");
      case "nextitem" ->
          hasNext()
              ? fromQueue(ahead.element())
              : new Undefined("there is no next item in the last round");
      case "cycle" -> CYCLE.of(this);
      case "changed" -> CHANGED.of(this);
      default -> new Undefined("loop has no attribute '" + name + "'");
    };
  }

  private static final BuiltIn CYCLE =
      new BuiltIn(
          "cycle",
          (frame, loop, arguments) -> {
            List<@Nullable Object> choices = arguments.positional();
            if (choices.isEmpty() || !(loop instanceof LoopState state)) {
              throw new TemplateError("loop.cycle() needs the values to choose from");
            }
            return choices.get((int) (state.index0 % choices.size()));
          });

  private static final BuiltIn CHANGED =
      new BuiltIn(
          "changed",
          (frame, loop, arguments) ->
              loop instanceof LoopState state && state.changed(frame, arguments.positional()));

  private boolean changed(Frame frame, List<@Nullable Object> values) {
    boolean same = lastChecked != null && new Comparison(frame.budget()).equal(lastChecked, values);
    lastChecked = values;
    return !same;
  }

  @Override
  public String name() {
    return "loop";
  }

  /** Calls a recursive loop with other elements. */
  @Override
  public Object call(Frame frame, Arguments arguments) {
    if (!loop.recursive() || arguments.positional().size() != 1) {
      throw new TemplateError(
          "loop(...) takes one sequence, in a loop that is marked as recursive");
    }
    Frame own = around.capturing();
    loop.run(own, arguments.positional().get(0), depth + 1);
    return own.written();
  }
}
