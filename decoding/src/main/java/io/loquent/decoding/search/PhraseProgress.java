package io.loquent.decoding.search;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How far a sequence has come with its phrases (Hugging Face {@code ConstraintListState}). One
 * phrase is in progress at a time; a token that breaks it off does not begin another one.
 */
final class PhraseProgress {

  private final int longest;

  /** Phrases not begun, in the order in which they are tried. */
  private final List<Phrase> pending;

  private int completed;
  private @Nullable Phrase begun;
  private @Nullable Cursor cursor;
  private boolean isComplete;

  /** Starts with nothing done. */
  PhraseProgress(List<Phrase> phrases) {
    pending = new ArrayList<>(phrases);
    longest = phrases.stream().mapToInt(Phrase::longest).max().orElse(0);
  }

  private PhraseProgress(PhraseProgress other, @Nullable Cursor cursor) {
    longest = other.longest;
    pending = new ArrayList<>(other.pending);
    completed = other.completed;
    begun = other.begun;
    isComplete = other.isComplete;
    this.cursor = cursor;
  }

  PhraseProgress copy() {
    return new PhraseProgress(this, cursor == null ? null : new Cursor(cursor.node));
  }

  /**
   * Copies all but the place in the phrase in progress, which both go on to share. Hugging Face's
   * {@code copy(stateful=True)} does so, which makes all but the first of several tokens that might
   * continue a phrase look as if they broke it off; it decides which beams are kept.
   */
  PhraseProgress copySharingPlace() {
    return new PhraseProgress(this, cursor);
  }

  /** Says whether all phrases are there. */
  boolean isComplete() {
    return isComplete;
  }

  /** Returns the tokens that would make progress, in order; a token may be there twice. */
  List<Integer> advancing() {
    List<Integer> tokens = new ArrayList<>();
    if (cursor != null) {
      addChildren(cursor.node, tokens);
    } else {
      for (Phrase phrase : pending) {
        addChildren(phrase.root(), tokens);
      }
    }
    return tokens;
  }

  private static void addChildren(Phrase.Node node, List<Integer> tokens) {
    for (Phrase.Node child : node.children()) {
      tokens.add(child.token());
    }
  }

  /** Takes note of a token. */
  void add(int token) {
    if (isComplete) {
      return;
    }
    if (begun != null && cursor != null) {
      proceed(begun, cursor, token);
    } else {
      begin(token);
    }
    isComplete = pending.isEmpty() && begun == null;
  }

  private void proceed(Phrase phrase, Cursor place, int token) {
    Phrase.Node next = place.node.child(token);
    if (next == null) {
      pending.add(phrase);
      leave();
    } else {
      place.node = next;
      if (next.isWhole()) {
        completed++;
        leave();
      }
    }
  }

  private void begin(int token) {
    for (int i = 0; i < pending.size(); i++) {
      Phrase.Node next = pending.get(i).root().child(token);
      if (next != null) {
        Phrase phrase = pending.remove(i);
        if (next.isWhole()) {
          completed++;
        } else {
          begun = phrase;
          cursor = new Cursor(next);
        }
        return;
      }
    }
  }

  private void leave() {
    begun = null;
    cursor = null;
  }

  /** Returns how much is done, in tokens; a completed phrase counts as the longest one. */
  int bank() {
    int done = completed * longest;
    if (begun != null && cursor != null) {
      done += longest - (begun.longest() - cursor.node.depth());
    }
    return done;
  }

  /** A place in a phrase. */
  private static final class Cursor {
    private Phrase.Node node;

    Cursor(Phrase.Node node) {
      this.node = node;
    }
  }
}
