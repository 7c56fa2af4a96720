package io.loquent.runtime;

import io.loquent.runtime.model.KeptCache;
import java.util.Optional;
import java.util.function.Supplier;

/** Where a request finds what need not run again, and leaves what it remembers. Thread-safe. */
interface PromptCache {

  /** Remembers nothing. */
  PromptCache NONE =
      new PromptCache() {
        @Override
        public Optional<KeptCache> take(int[] prompt) {
          return Optional.empty();
        }

        @Override
        public void give(Supplier<Optional<KeptCache>> kept) {
          // Not even asked for.
        }
      };

  /**
   * Finds what remembers the beginning of a prompt.
   *
   * @return cut to that beginning; the caller's to close
   */
  Optional<KeptCache> take(int[] prompt);

  /**
   * Is told that a request has ended.
   *
   * @param kept gives what it remembers, to be closed by this cache; can be asked once
   */
  void give(Supplier<Optional<KeptCache>> kept);
}
