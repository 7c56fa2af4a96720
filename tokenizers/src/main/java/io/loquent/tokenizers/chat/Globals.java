package io.loquent.tokenizers.chat;

import java.time.ZonedDateTime;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The functions that every template may call. */
final class Globals {

  private static final Map<String, Callable> BY_NAME = new TreeMap<>();

  static {
    add("range", Globals::range);
    add("dict", (frame, a) -> dict(frame, a));
    add("namespace", (frame, a) -> new Namespace(dict(frame, a)));
    add("cycler", (frame, a) -> new Cycler(a.positional()));
    add("joiner", (frame, a) -> joiner(a));
    add("raise_exception", Globals::raise);
    add("strftime_now", Globals::now);
  }

  /** Characters of the format of a date. */
  private static final int MOST_DIRECTIVES = 1000;

  private Globals() {}

  static @Nullable Callable find(String name) {
    return BY_NAME.get(name);
  }

  /** What a function does. */
  private interface Body {
    @Nullable Object call(Frame frame, Arguments arguments);
  }

  private static void add(String name, Body body) {
    BY_NAME.put(name, function(name, body));
  }

  private static Callable function(String name, Body body) {
    return new Callable() {
      @Override
      public String name() {
        return name;
      }

      @Override
      public @Nullable Object call(Frame frame, Arguments arguments) {
        return body.call(frame, arguments);
      }
    };
  }

  private static Object range(Frame frame, Arguments arguments) {
    BoundArguments a = Signature.of("start [stop] [step]").bind("range", arguments);
    return a.has(1)
        ? new Range(a.whole(0), a.whole(1), a.whole(2, 1))
        : new Range(0, a.whole(0), 1);
  }

  private static Map<Object, @Nullable Object> dict(Frame frame, Arguments arguments) {
    Map<Object, @Nullable Object> members = new LinkedHashMap<>();
    for (Object source : arguments.positional()) {
      if (source instanceof Map<?, ?> others) {
        members.putAll(Values.map(others));
      } else {
        for (Object pair : Values.list(frame, source)) {
          List<@Nullable Object> both = Values.list(frame, pair);
          if (both.size() != 2) {
            throw new TemplateError("dict() needs pairs, found " + both.size() + " values");
          }
          members.put(Keys.in(members, both.get(0)), both.get(1));
        }
      }
    }
    members.putAll(arguments.named());
    frame.budget().charge(members.size());
    return members;
  }

  /** A function that gives nothing the first time, and its separator from then on. */
  private static Callable joiner(Arguments arguments) {
    String separator = Signature.of("[sep]").bind("joiner", arguments).text(0, ", ");
    boolean[] used = new boolean[1];
    return function(
        "joiner",
        (frame, a) -> {
          String text = used[0] ? separator : "";
          used[0] = true;
          return text;
        });
  }

  private static Object raise(Frame frame, Arguments arguments) {
    BoundArguments a = Signature.of("message").bind("raise_exception", arguments);
    throw new TemplateError(
        "the template refuses this conversation: " + PythonRepr.text(a.value(0)));
  }

  private static Object now(Frame frame, Arguments arguments) {
    BoundArguments a = Signature.of("format").bind("strftime_now", arguments);
    if (a.text(0).length() > MOST_DIRECTIVES) {
      throw new TemplateError(
          "strftime_now takes a format of up to " + MOST_DIRECTIVES + " characters");
    }
    return Strftime.format(ZonedDateTime.now(frame.execution().clock), a.text(0));
  }
}
