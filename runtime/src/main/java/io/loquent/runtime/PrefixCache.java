package io.loquent.runtime;

import io.loquent.InferenceException;
import io.loquent.runtime.model.KeptCache;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * What requests of a generator leave for later ones that begin alike, with the same system prompt
 * for instance: the most recently used sequences, up to a number of bytes. Thread-safe.
 *
 * <p>A request gets a copy, so that any number of them can begin with the same tokens. Where memory
 * is short, requests need it more than this cache does.
 */
final class PrefixCache implements PromptCache {

  /** Fewer tokens than this run faster than they are copied. */
  private static final int LEAST_TOKENS = 8;

  private final long mostBytes;

  /** The most recently used one last. */
  private final List<KeptCache> entries = new ArrayList<>();

  private boolean closed;

  PrefixCache(long mostBytes) {
    this.mostBytes = mostBytes;
  }

  @Override
  public synchronized Optional<KeptCache> take(int[] prompt) {
    KeptCache best = null;
    int most = LEAST_TOKENS - 1;
    for (KeptCache entry : entries) {
      int common = entry.common(prompt);
      if (common > most) {
        best = entry;
        most = common;
      }
    }
    if (best == null) {
      return Optional.empty();
    }
    // While it is copied, it must not be dropped to make room for its copy.
    entries.remove(best);
    boolean isCopied = false;
    try {
      KeptCache copy = best.copy(most);
      isCopied = true;
      entries.add(best);
      return Optional.of(copy);
    } catch (InferenceException e) {
      // All others are gone, and the request itself needs what is left.
      return Optional.empty();
    } finally {
      if (!isCopied) {
        best.close();
      }
    }
  }

  /**
   * Gives the memory of the least recently used sequence back.
   *
   * @return false if there is none
   */
  synchronized boolean dropOldest() {
    if (entries.isEmpty()) {
      return false;
    }
    entries.remove(0).close();
    return true;
  }

  @Override
  public synchronized void give(Supplier<Optional<KeptCache>> kept) {
    if (!closed) {
      kept.get().ifPresent(this::add);
    }
  }

  private void add(KeptCache added) {
    if (added.bytes() > mostBytes || entries.stream().anyMatch(entry -> entry.covers(added))) {
      added.close();
      return;
    }
    entries.removeIf(
        entry -> {
          boolean isCovered = added.covers(entry);
          if (isCovered) {
            entry.close();
          }
          return isCovered;
        });
    entries.add(added);
    while (bytes() > mostBytes) {
      dropOldest();
    }
  }

  /** How much native memory is held. */
  synchronized long bytes() {
    return entries.stream().mapToLong(KeptCache::bytes).sum();
  }

  /** Gives the memory back, and remembers nothing from now on. */
  synchronized void close() {
    closed = true;
    entries.forEach(KeptCache::close);
    entries.clear();
  }
}
