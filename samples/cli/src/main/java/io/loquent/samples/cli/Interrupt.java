package io.loquent.samples.cli;

import io.loquent.Cancellation;
import java.lang.reflect.Proxy;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Lets Ctrl-C cancel a request instead of ending the process, so that what was generated can still
 * be printed. A second Ctrl-C ends the process at once.
 *
 * <p>A shutdown hook could not do this: ONNX Runtime frees itself in a hook of its own, under the
 * running request. The JDK's signal handling is no public API, so it is looked up by name; where it
 * is missing, Ctrl-C does what it always does.
 */
final class Interrupt {

  /** The exit code of a process ended by Ctrl-C: 128 and the number of the signal. */
  static final int EXIT_CODE = 130;

  private Interrupt() {}

  /** Runs an action during which Ctrl-C cancels. */
  static <T> T cancelling(Cancellation cancellation, Supplier<T> action) {
    Runnable onInterrupt =
        () -> {
          if (cancellation.isCancelled()) {
            Runtime.getRuntime().halt(EXIT_CODE);
          }
          cancellation.cancel();
        };
    Object previous = install(onInterrupt);
    try {
      return action.get();
    } finally {
      if (previous != null) {
        installHandler(previous);
      }
    }
  }

  private static @Nullable Object install(Runnable onInterrupt) {
    try {
      Class<?> type = Class.forName("sun.misc.SignalHandler");
      return installHandler(
          Proxy.newProxyInstance(
              type.getClassLoader(),
              new Class<?>[] {type},
              (proxy, method, arguments) -> {
                switch (method.getName()) {
                  case "handle" -> onInterrupt.run();
                  case "equals" -> {
                    return arguments != null && proxy == arguments[0];
                  }
                  case "hashCode" -> {
                    return System.identityHashCode(proxy);
                  }
                  case "toString" -> {
                    return "Ctrl-C cancels";
                  }
                  default -> throw new UnsupportedOperationException(method.getName());
                }
                return null;
              }));
    } catch (ClassNotFoundException e) {
      return null;
    }
  }

  /** Installs a handler and returns the one before it; null if this JVM handles no signals. */
  private static @Nullable Object installHandler(Object handler) {
    try {
      Class<?> signal = Class.forName("sun.misc.Signal");
      Object interrupt = signal.getConstructor(String.class).newInstance("INT");
      return signal
          .getMethod("handle", signal, Class.forName("sun.misc.SignalHandler"))
          .invoke(null, interrupt, handler);
    } catch (ReflectiveOperationException | IllegalArgumentException e) {
      return null;
    }
  }
}
