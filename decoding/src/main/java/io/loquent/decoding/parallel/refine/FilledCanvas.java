package io.loquent.decoding.parallel.refine;

import io.loquent.decoding.ChosenToken;
import io.loquent.decoding.parallel.Canvas;
import io.loquent.decoding.parallel.ParallelModel;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A canvas and what is known about the tokens on it. Its places are numbered from 0, without the
 * canvas' begin and end tokens: these stay where they are, and are never masked. Of a canvas that
 * is a given text with masks, only these are places. Confined to one thread.
 */
final class FilledCanvas {

  private final ParallelModel model;
  private final boolean hasEnds;
  private final boolean isEdited;
  private final ChosenToken unknown;

  /** Which slots are places, where the others are given. */
  private final int @Nullable [] free;

  private final Canvas canvas = new Canvas();
  private List<ChosenToken> tokens;
  private int[] ids = new int[0];

  /** Whether there would be more tokens if the options or the context allowed it. */
  private boolean isLimited;

  private FilledCanvas(
      ParallelModel model,
      boolean hasEnds,
      boolean isEdited,
      ChosenToken unknown,
      int @Nullable [] free) {
    this.model = model;
    this.hasEnds = hasEnds;
    this.isEdited = isEdited;
    this.unknown = unknown;
    this.free = free;
    tokens = List.of();
  }

  /** A canvas of masks. */
  static FilledCanvas masked(ParallelModel model, TargetLength length) {
    FilledCanvas filled =
        new FilledCanvas(model, model.hasCanvasEnds(), false, unknown(model), null);
    filled.isLimited = length.isLimited();
    filled.become(Collections.nCopies(length.tokens(), filled.unknown));
    return filled;
  }

  /** A canvas of a begin and an end token with nothing between them. */
  static FilledCanvas empty(ParallelModel model) {
    FilledCanvas filled = new FilledCanvas(model, true, true, unknown(model), null);
    filled.become(List.of());
    return filled;
  }

  /** A canvas of given tokens, of which those that are masks are places. */
  static FilledCanvas given(ParallelModel model, int[] source) {
    ChosenToken unknown = unknown(model);
    int[] masks =
        IntStream.range(0, source.length).filter(slot -> source[slot] == unknown.id()).toArray();
    FilledCanvas filled = new FilledCanvas(model, false, false, unknown, masks);
    filled.canvas.replace(source, source.length);
    filled.tokens = new ArrayList<>(Collections.nCopies(masks.length, unknown));
    return filled;
  }

  private static ChosenToken unknown(ParallelModel model) {
    return new ChosenToken(model.maskToken().orElse(-1), 0, 0, List.of());
  }

  FilledCanvas copy() {
    FilledCanvas copy = new FilledCanvas(model, hasEnds, isEdited, unknown, free);
    copy.isLimited = isLimited;
    if (free == null) {
      copy.become(tokens);
    } else {
      copy.canvas.replace(canvas.toArray(), canvas.length());
      copy.tokens = new ArrayList<>(tokens);
    }
    return copy;
  }

  Canvas canvas() {
    return canvas;
  }

  /** Returns how many places there are. */
  int length() {
    return tokens.size();
  }

  /** Returns the slot of the canvas in which a place is. */
  int slot(int place) {
    return free == null ? place + (hasEnds ? 1 : 0) : free[place];
  }

  /** Returns what was last written at a place, also if that is masked now. */
  ChosenToken token(int place) {
    return tokens.get(place);
  }

  /** Returns what stands for a token that is not known. */
  ChosenToken unknown() {
    return unknown;
  }

  /** Returns the token that canvases end with. */
  int endToken() {
    return model.endToken().getAsInt();
  }

  boolean isMasked(int place) {
    return canvas.token(slot(place)) == unknown.id();
  }

  void write(int place, ChosenToken token) {
    tokens.set(place, token);
    canvas.set(slot(place), token.id());
  }

  /** Hides a token from the model; it is remembered until another one is written. */
  void mask(int place) {
    canvas.set(slot(place), unknown.id());
  }

  /** Replaces all tokens between the ends; for canvases without given tokens. */
  void become(List<ChosenToken> newTokens) {
    tokens = new ArrayList<>(newTokens);
    int ends = hasEnds ? 1 : 0;
    int size = tokens.size() + 2 * ends;
    if (ids.length < size) {
      ids = new int[2 * size];
    }
    for (int place = 0; place < tokens.size(); place++) {
      ids[place + ends] = tokens.get(place).id();
    }
    if (hasEnds) {
      ids[0] = model.beginToken().getAsInt();
      ids[size - 1] = endToken();
    }
    canvas.replace(ids, size);
  }

  boolean isLimited() {
    return isLimited;
  }

  void setLimited(boolean limited) {
    isLimited = limited;
  }

  /** Returns the ids on the canvas, without its ends; given ones are among them. */
  int[] toArray() {
    if (free != null) {
      return canvas.toArray();
    }
    int[] shown = new int[length()];
    for (int place = 0; place < shown.length; place++) {
      shown[place] = canvas.token(slot(place));
    }
    return shown;
  }

  /**
   * Returns the tokens that are known; given ones are certain. Where a canvas has a length, they
   * end before the first hole: it is part of the text. Where it is edited, holes are left out: they
   * have just been inserted.
   */
  List<ChosenToken> known() {
    List<ChosenToken> known = new ArrayList<>(length());
    for (ChosenToken token : free == null ? tokens : withGiven(free)) {
      if (token.id() != unknown.id()) {
        known.add(token);
      } else if (!isEdited) {
        break;
      }
    }
    return known;
  }

  private List<ChosenToken> withGiven(int[] places) {
    List<ChosenToken> all = new ArrayList<>(canvas.length());
    int place = 0;
    for (int slot = 0; slot < canvas.length(); slot++) {
      boolean isPlace = place < places.length && places[place] == slot;
      all.add(isPlace ? tokens.get(place) : new ChosenToken(canvas.token(slot), 0, 0, List.of()));
      place += isPlace ? 1 : 0;
    }
    return all;
  }

  /**
   * Returns the mean log-probability of the first of the {@link #known} tokens, given ones left
   * out.
   *
   * @param count how many tokens, given ones included
   * @return in nats; 0 if none of them was chosen
   */
  double meanLogProbability(int count) {
    double sum = 0;
    for (ChosenToken token : known().subList(0, count)) {
      sum += token.logProbability();
    }
    long chosen = free == null ? count : IntStream.of(free).filter(slot -> slot < count).count();
    return chosen == 0 ? 0 : sum / chosen;
  }
}
