package io.loquent.decoding.speculation;

import io.loquent.TokenSequence;
import io.loquent.decoding.DraftLength;
import io.loquent.decoding.DraftRows;
import io.loquent.decoding.Drafter;
import io.loquent.decoding.Drafting;
import io.loquent.decoding.constraint.ConstraintPaths;
import io.loquent.decoding.constraint.ConstraintState;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Drafts the tokens that a constraint leaves no choice about (jump-ahead: Zheng et al. 2024), so
 * that one run of the model passes over all of them. Where there is a choice, another drafter
 * guesses, and its guesses end where the constraint forbids one. Confined to one thread.
 */
public final class ConstrainedDrafter implements Drafter, DraftLength {

  /** Forced tokens are never wrong, so only the memory of a run limits them. */
  private static final int MOST_FORCED = 32;

  private final ConstraintPaths paths;
  private final @Nullable Drafting inner;

  /** How many tokens the other drafter may guess in this round. */
  private int wished;

  /** Whether the tokens of this round are forced ones. */
  private boolean forced;

  private ConstrainedDrafter(ConstraintPaths paths, @Nullable Drafting inner) {
    this.paths = paths;
    this.inner = inner;
  }

  /**
   * Makes the drafting of a request with a constraint.
   *
   * @param paths the request's constraint
   * @param inner how it guesses where there is a choice; null if it does not
   * @param clock nanoseconds from some point on
   * @return the drafting
   */
  public static Drafting drafting(
      ConstraintPaths paths, @Nullable Drafting inner, LongSupplier clock) {
    ConstrainedDrafter drafter = new ConstrainedDrafter(paths, inner);
    return new Drafting(drafter, drafter, clock);
  }

  @Override
  public int next() {
    wished = inner == null ? 0 : inner.length().next();
    return Math.max(wished, MOST_FORCED);
  }

  @Override
  public int paths() {
    return inner == null ? 1 : inner.length().paths();
  }

  @Override
  public void draft(DraftRows rows) {
    forced = false;
    for (int row = 0; row < rows.size(); row++) {
      forced |= proposeForced(rows, row);
    }
    if (forced || inner == null || wished == 0) {
      return;
    }
    rows.limitRoom(wished);
    inner.drafter().draft(rows);
    for (int row = 0; row < rows.size(); row++) {
      for (int path = 0; path < rows.mostPaths(row); path++) {
        rows.limit(row, path, allowed(rows, row, path));
      }
    }
  }

  private boolean proposeForced(DraftRows rows, int row) {
    ConstraintState state = paths.after(rows.sequence(row));
    int token = paths.constraint().forcedToken(state);
    boolean any = false;
    while (token >= 0 && rows.room(row) > 0) {
      rows.propose(row, token);
      any = true;
      state = paths.constraint().next(state, token);
      token = paths.constraint().forcedToken(state);
    }
    return any;
  }

  /** How many guesses of a path can be right. */
  private int allowed(DraftRows rows, int row, int path) {
    TokenSequence sequence = rows.sequence(row);
    ConstraintState state = paths.after(sequence);
    int count = 0;
    while (count < rows.count(row, path)) {
      int token = rows.token(row, path, count);
      boolean possible = paths.constraint().mask(state).contains(token);
      // What is no text, such as an end token, may be right too, and is the last.
      ConstraintState next = paths.constraint().next(state, token);
      if (!possible && next != state) {
        break;
      }
      state = next;
      count++;
    }
    return count;
  }

  @Override
  public boolean learns() {
    return inner != null && inner.drafter().learns();
  }

  @Override
  public void learn(int number, int[] tokens, int[] predicted, int count) {
    if (inner != null) {
      inner.drafter().learn(number, tokens, predicted, count);
    }
  }

  @Override
  public void drafted(int tokens, long nanos) {
    if (inner != null && !forced) {
      inner.length().drafted(tokens, nanos);
    }
  }

  @Override
  public void ran(int width, long nanos) {
    if (inner != null) {
      inner.length().ran(width, nanos);
    }
  }

  @Override
  public void verified(int verified, int accepted) {
    if (inner != null && !forced) {
      inner.length().verified(verified, accepted);
    }
  }

  @Override
  public void close() {
    if (inner != null) {
      inner.drafter().close();
    }
  }
}
