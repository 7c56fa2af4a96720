package io.loquent.runtime;

import io.loquent.GenerationListener;
import io.loquent.GenerationRequest;
import io.loquent.GenerationResult;
import io.loquent.Session;
import io.loquent.TokenStream;
import io.loquent.runtime.model.KeptCache;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A session of an {@link OnnxGenerator}. Thread-safe; its monitor guards what is remembered. */
final class OnnxSession implements Session, PromptCache {

  private final OnnxGenerator generator;
  private final PromptCache prompts;
  private @Nullable KeptCache kept;
  private boolean closed;

  /**
   * Creates a session that remembers nothing yet.
   *
   * @param prompts where the beginning of a first prompt may be found
   */
  OnnxSession(OnnxGenerator generator, PromptCache prompts) {
    this.generator = generator;
    this.prompts = prompts;
  }

  @Override
  public GenerationResult generate(GenerationRequest request) {
    return generate(request, token -> {});
  }

  @Override
  public GenerationResult generate(GenerationRequest request, GenerationListener listener) {
    checkOpen();
    return generator.generate(request, listener, this);
  }

  @Override
  public TokenStream stream(GenerationRequest request) {
    checkOpen();
    return generator.stream(request, this);
  }

  private synchronized void checkOpen() {
    if (closed) {
      throw new IllegalStateException("the session is closed; open a new one to go on");
    }
  }

  @Override
  public Optional<KeptCache> take(int[] prompt) {
    Optional<KeptCache> own = takeOwn(prompt);
    return own.isPresent() ? own : prompts.take(prompt);
  }

  private synchronized Optional<KeptCache> takeOwn(int[] prompt) {
    KeptCache taken = kept;
    int common = taken == null ? 0 : taken.common(prompt);
    if (taken == null || common == 0) {
      return Optional.empty();
    }
    kept = null;
    taken.cut(common);
    return Optional.of(taken);
  }

  @Override
  public synchronized void give(Supplier<Optional<KeptCache>> given) {
    if (closed) {
      return;
    }
    Optional<KeptCache> next = given.get();
    if (next.isPresent()) {
      drop();
      kept = next.get();
    }
  }

  @Override
  public synchronized int cachedTokens() {
    return kept == null ? 0 : kept.length();
  }

  @Override
  public synchronized long cachedBytes() {
    return kept == null ? 0 : kept.bytes();
  }

  @Override
  public synchronized void drop() {
    if (kept != null) {
      kept.close();
      kept = null;
    }
  }

  @Override
  public Session fork() {
    OnnxSession fork = generator.session();
    synchronized (this) {
      if (closed) {
        fork.close();
        throw new IllegalStateException("the session is closed; open a new one to go on");
      }
      try {
        fork.remember(kept);
      } catch (RuntimeException | Error e) {
        fork.close();
        throw e;
      }
    }
    return fork;
  }

  private synchronized void remember(@Nullable KeptCache original) {
    kept = original == null ? null : original.copy(original.length());
  }

  @Override
  public void close() {
    synchronized (this) {
      closed = true;
      drop();
    }
    generator.forget(this);
  }
}
