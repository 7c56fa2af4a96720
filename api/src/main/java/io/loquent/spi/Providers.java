package io.loquent.spi;

import io.loquent.ModelLoadException;
import java.util.Iterator;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;

/** Finds what implements Loquent. */
final class Providers {

  private Providers() {}

  static <P> P first(Class<P> provider) {
    Iterator<P> found = ServiceLoader.load(provider, provider.getClassLoader()).iterator();
    try {
      if (found.hasNext()) {
        return found.next();
      }
    } catch (ServiceConfigurationError e) {
      throw new ModelLoadException(
          "an implementation of Loquent is on the class path but cannot be loaded: "
              + e.getMessage()
              + "; are its own dependencies there, in matching versions?",
          e);
    }
    throw new ModelLoadException(
        "no implementation of Loquent was found on the class path; add the dependency"
            + " io.loquent:loquent-runtime");
  }
}
