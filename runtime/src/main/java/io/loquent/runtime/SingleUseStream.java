package io.loquent.runtime;

import io.loquent.Token;
import io.loquent.TokenStream;
import java.util.Iterator;
import java.util.NoSuchElementException;

/** A stream that can be iterated once. Its monitor guards the iterator. */
abstract class SingleUseStream implements TokenStream {

  private boolean iterated;

  @Override
  public final synchronized Iterator<Token> iterator() {
    if (iterated) {
      throw new IllegalStateException("a token stream can be iterated once");
    }
    iterated = true;
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        synchronized (SingleUseStream.this) {
          return advance();
        }
      }

      @Override
      public Token next() {
        synchronized (SingleUseStream.this) {
          if (!advance()) {
            throw new NoSuchElementException("the stream has ended");
          }
          return take();
        }
      }
    };
  }

  /** Sees to it that there is a token to hand out; false at the end. */
  abstract boolean advance();

  /** Returns the token that there is. */
  abstract Token take();
}
