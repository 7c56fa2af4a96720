package io.loquent.decoding;

import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The rows of one search within a state, and what a run says about them. Confined to one thread.
 *
 * <p>A search numbers its rows as it likes, best beam first for instance. A row that continues
 * another should stay where its memory is, so each row has a slot: of the rows that continue the
 * same one, the first keeps its slot, and only the others are copied, into slots whose rows have no
 * continuation.
 */
final class SearchRows implements StepOutput {

  final Search search;

  /** Where the search's slots begin in the state now. */
  int firstRow;

  /** Whether it could not choose: from then on it has no rows, whatever it says itself. */
  boolean failed;

  /**
   * Whether the rows are already those of the next run, because that run did not come to its end.
   */
  private boolean moved;

  /** The slot of each row, from 0. */
  private int[] slots;

  private int[] nextSlots;

  /** How many rows took part in the last run. */
  private int ran;

  private boolean[] taken;
  private @Nullable StepOutput ofAllRows;

  SearchRows(Search search, int firstRow) {
    this.search = search;
    this.firstRow = firstRow;
    slots = new int[search.promptRows()];
    Arrays.setAll(slots, row -> row);
    nextSlots = slots.clone();
    taken = new boolean[slots.length];
  }

  /** How many rows the next run needs. */
  int count() {
    return failed || search.isFinished() ? 0 : search.rows();
  }

  /** Lets the search choose. */
  void choose(StepOutput output) {
    moved = false;
    if (!failed && !search.isFinished()) {
      ofAllRows = output;
      search.choose(this, 0);
    }
  }

  /**
   * Assigns slots for the next run, and writes the present state row of each into {@code parents}.
   */
  void place(int[] parents, int newFirstRow) {
    int count = count();
    reserve(count);
    if (moved) {
      for (int row = 0; row < count; row++) {
        parents[newFirstRow + slots[row]] = firstRow + slots[row];
      }
      return;
    }
    Arrays.fill(taken, 0, count, false);
    int[] continued = search.parents();
    for (int row = 0; row < count; row++) {
      int slot = slots[continued[row]];
      boolean stays = slot < count && !taken[slot];
      nextSlots[row] = stays ? slot : -1;
      if (stays) {
        taken[slot] = true;
        parents[newFirstRow + slot] = firstRow + slot;
      }
    }
    int free = 0;
    for (int row = 0; row < count; row++) {
      if (nextSlots[row] < 0) {
        while (taken[free]) {
          free++;
        }
        taken[free] = true;
        nextSlots[row] = free;
        parents[newFirstRow + free] = firstRow + slots[continued[row]];
      }
    }
  }

  /** Takes note that the state's rows are where {@link #place} put them. */
  void settle(int newFirstRow) {
    if (!moved) {
      int[] swap = slots;
      slots = nextSlots;
      nextSlots = swap;
      moved = true;
    }
    firstRow = newFirstRow;
  }

  /** Writes the tokens of the next run to where the rows are. */
  void writeTokens(int[] tokens) {
    int count = count();
    for (int row = 0; row < count; row++) {
      tokens[firstRow + slots[row]] = search.tokens()[row];
    }
  }

  /** Writes how many tokens each row has in the next run, drafted ones included; returns all. */
  int writeCounts(int[] counts, DecodingState state) {
    ran = count();
    int all = 0;
    for (int row = 0; row < ran; row++) {
      int stateRow = firstRow + slots[row];
      int drafted = search.drafts().count(row);
      counts[stateRow] = drafted == 0 ? 1 : Math.min(1 + drafted, state.mostTokens(stateRow));
      all += counts[stateRow];
    }
    return all;
  }

  /** Writes all tokens of the next run, slot by slot. */
  void writeTokens(int[] tokens, int first, int[] counts) {
    for (int row = 0; row < ran; row++) {
      int next = first;
      for (int slot = 0; slot < slots[row]; slot++) {
        next += counts[firstRow + slot];
      }
      tokens[next++] = search.tokens()[row];
      for (int i = 0; i < counts[firstRow + slots[row]] - 1; i++) {
        tokens[next++] = search.drafts().token(row, i);
      }
    }
  }

  /** Where the tokens of the next search begin, if those of this one begin at {@code first}. */
  int end(int first, int[] counts) {
    int next = first;
    for (int slot = 0; slot < ran; slot++) {
      next += counts[firstRow + slot];
    }
    return next;
  }

  /** Writes how many tokens each row of the last run loses again. */
  void writeRejected(int[] dropped) {
    boolean goesOn = count() > 0;
    for (int row = 0; goesOn && row < ran; row++) {
      dropped[firstRow + slots[row]] = search.drafts().rejected(row);
    }
  }

  private void reserve(int count) {
    if (nextSlots.length < count) {
      slots = Arrays.copyOf(slots, count);
      nextSlots = Arrays.copyOf(nextSlots, count);
      taken = new boolean[count];
    }
  }

  private StepOutput output() {
    return Objects.requireNonNull(ofAllRows, "the model has not run yet");
  }

  @Override
  public int vocabularySize() {
    return output().vocabularySize();
  }

  @Override
  public void logits(int row, float[] target) {
    output().logits(firstRow + slots[row], target);
  }

  @Override
  public @Nullable FloatBuffer logitsInPlace(int row) {
    return output().logitsInPlace(firstRow + slots[row]);
  }

  @Override
  public @Nullable FloatBuffer logitsInPlace(int row, int position) {
    return output().logitsInPlace(firstRow + slots[row], position);
  }

  @Override
  public int positions(int row) {
    return output().positions(firstRow + slots[row]);
  }

  @Override
  public void logits(int row, int position, float[] target) {
    output().logits(firstRow + slots[row], position, target);
  }

  @Override
  public int best(int row, int count, int[] ids, float[] logProbabilities) {
    return output().best(firstRow + slots[row], count, ids, logProbabilities);
  }

  @Override
  public @Nullable FloatBuffer probabilitiesInPlace(int row, int position) {
    return output().probabilitiesInPlace(firstRow + slots[row], position);
  }

  @Override
  public int hiddenSize() {
    return output().hiddenSize();
  }

  @Override
  public void hiddenState(int row, int position, float[] target) {
    output().hiddenState(firstRow + slots[row], position, target);
  }
}
