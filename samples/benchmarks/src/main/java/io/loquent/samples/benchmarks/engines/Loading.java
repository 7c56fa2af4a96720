package io.loquent.samples.benchmarks.engines;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How Loquent loads a model.
 *
 * @param optimizedModelCache where optimized graphs are kept; null to optimize at every load
 * @param warmUp whether loading ends with a short request
 */
public record Loading(@Nullable Path optimizedModelCache, boolean warmUp) {

  /** Loquent's defaults. */
  public static final Loading DEFAULT = new Loading(null, false);

  private static final String NO_CACHE = "-";

  /**
   * Returns the arguments that {@link #parse} reads.
   *
   * @return two
   */
  public List<String> arguments() {
    return List.of(
        optimizedModelCache == null ? NO_CACHE : optimizedModelCache.toString(),
        String.valueOf(warmUp));
  }

  /**
   * Reads arguments.
   *
   * @param cache the first
   * @param warmUp the second
   * @return what they say
   */
  static Loading parse(String cache, String warmUp) {
    return new Loading(
        cache.equals(NO_CACHE) ? null : Path.of(cache), Boolean.parseBoolean(warmUp));
  }
}
