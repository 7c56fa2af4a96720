package io.loquent.decoding.parallel.refine;

import io.loquent.decoding.ChosenToken;
import io.loquent.decoding.parallel.Canvas;
import io.loquent.decoding.parallel.ParallelModel;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * A canvas and what is known about the tokens on it. Its places are numbered from 0, without the
 * canvas' begin and end tokens: these stay where they are, and are never masked. Confined to one
 * thread.
 */
final class FilledCanvas {

  private final ParallelModel model;
  private final boolean hasEnds;
  private final boolean isEdited;
  private final ChosenToken unknown;
  private final Canvas canvas = new Canvas();
  private List<ChosenToken> tokens;
  private int[] ids = new int[0];

  /** Whether there would be more tokens if the options or the context allowed it. */
  private boolean isLimited;

  private FilledCanvas(
      ParallelModel model, boolean hasEnds, boolean isEdited, ChosenToken unknown) {
    this.model = model;
    this.hasEnds = hasEnds;
    this.isEdited = isEdited;
    this.unknown = unknown;
    tokens = List.of();
  }

  /** A canvas of masks. */
  static FilledCanvas masked(ParallelModel model, TargetLength length) {
    FilledCanvas filled = new FilledCanvas(model, model.hasCanvasEnds(), false, unknown(model));
    filled.isLimited = length.isLimited();
    filled.become(Collections.nCopies(length.tokens(), filled.unknown));
    return filled;
  }

  /** A canvas of a begin and an end token with nothing between them. */
  static FilledCanvas empty(ParallelModel model) {
    FilledCanvas filled = new FilledCanvas(model, true, true, unknown(model));
    filled.become(List.of());
    return filled;
  }

  private static ChosenToken unknown(ParallelModel model) {
    return new ChosenToken(model.maskToken().orElse(-1), 0, 0, List.of());
  }

  FilledCanvas copy() {
    FilledCanvas copy = new FilledCanvas(model, hasEnds, isEdited, unknown);
    copy.isLimited = isLimited;
    copy.become(tokens);
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
    return place + (hasEnds ? 1 : 0);
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

  /** Replaces all tokens between the ends. */
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

  /** Returns the ids on the canvas, without its ends. */
  int[] toArray() {
    int[] shown = new int[length()];
    for (int place = 0; place < shown.length; place++) {
      shown[place] = canvas.token(slot(place));
    }
    return shown;
  }

  /**
   * Returns the tokens that are known. Where a canvas has a length, they end before the first hole:
   * it is part of the text. Where it is edited, holes are left out: they have just been inserted.
   */
  List<ChosenToken> known() {
    List<ChosenToken> known = new ArrayList<>(length());
    for (ChosenToken token : tokens) {
      if (token.id() != unknown.id()) {
        known.add(token);
      } else if (!isEdited) {
        break;
      }
    }
    return known;
  }
}
