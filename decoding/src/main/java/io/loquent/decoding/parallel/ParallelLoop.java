package io.loquent.decoding.parallel;

import io.loquent.decoding.BatchLoop;
import io.loquent.decoding.Generation;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;

/**
 * Drives the parallel searches of a batch over one {@link ParallelState}: each step is one run of
 * the model for all of them. The rows of the state are those of the first search, then those of the
 * second, and so on; a finished search leaves the batch. Confined to one thread.
 */
public final class ParallelLoop implements BatchLoop {

  private final ParallelState state;
  private final BiConsumer<Generation, Throwable> failures;
  private final List<Member> members = new ArrayList<>();
  private final List<Canvas> canvases = new ArrayList<>();
  private boolean begun;

  /** A search and where its rows begin in the state. */
  private static final class Member {
    final ParallelSearch search;
    int firstRow;
    boolean failed;

    /** Whether its rows are already those of the next run, because that run was stopped. */
    boolean moved;

    /** Whether it sits the next run out. */
    boolean waits;

    Member(ParallelSearch search, int firstRow) {
      this.search = search;
      this.firstRow = firstRow;
    }

    int rows() {
      return failed || search.isFinished() ? 0 : search.rows();
    }
  }

  /**
   * Lays the searches out over a state.
   *
   * @param state opened with the rows of the searches' prompts, in their order; closed with this
   *     loop
   * @param searches at least one, none of which has begun yet
   * @param failures is told when a search fails to choose, because of a callback of its request for
   *     instance; that search leaves the batch, and the others go on
   */
  public ParallelLoop(
      ParallelState state,
      List<? extends ParallelSearch> searches,
      BiConsumer<Generation, Throwable> failures) {
    this.state = state;
    this.failures = failures;
    int rows = 0;
    for (ParallelSearch search : searches) {
      members.add(new Member(search, rows));
      rows += search.promptRows();
    }
    if (rows != state.rows()) {
      throw new IllegalArgumentException(
          "the searches start with " + rows + " rows, but the state has " + state.rows());
    }
  }

  @Override
  public boolean step() {
    if (!begun) {
      prefill(Integer.MAX_VALUE);
    } else if (anyRows()) {
      gather();
      askForOneKind();
      ParallelOutput output = state.run(canvases);
      for (Member member : members) {
        if (!member.waits) {
          member.moved = false;
          guarded(member, () -> member.search.choose(output, member.firstRow));
        }
      }
    }
    return anyRows();
  }

  @Override
  public boolean prefill(int mostPositions) {
    if (!begun) {
      ParallelOutput output = state.encode();
      begun = true;
      for (Member member : members) {
        guarded(member, () -> member.search.begin(output, member.firstRow));
      }
    }
    return true;
  }

  /** Rows that began at other times have other sources' lengths, so batches stay as they are. */
  @Override
  public boolean absorb(BatchLoop other) {
    return false;
  }

  private void guarded(Member member, Runnable choice) {
    try {
      choice.run();
    } catch (RuntimeException | Error e) {
      member.failed = true;
      failures.accept(member.search, e);
    }
  }

  /** Moves the state's rows to where the next run needs them; the finished ones leave. */
  private void gather() {
    int count = 0;
    for (Member member : members) {
      count += member.rows();
    }
    int[] parents = new int[count];
    boolean inPlace = count == state.rows();
    int next = 0;
    for (Member member : members) {
      for (int row = 0; row < member.rows(); row++) {
        parents[next] = member.firstRow + (member.moved ? row : member.search.parents()[row]);
        inPlace &= parents[next] == next;
        next++;
      }
    }
    if (!inPlace) {
      state.gather(parents, count);
    }
    members.removeIf(member -> member.rows() == 0);
    int first = 0;
    for (Member member : members) {
      member.firstRow = first;
      member.moved = true;
      first += member.rows();
    }
  }

  /**
   * Collects the canvases of the next run. Where some searches ask for parts and others for whole
   * rows, which one run cannot answer, the latter wait until all others are as far: what they have
   * cached stays as it is, and each search's result is what it would be alone.
   */
  private void askForOneKind() {
    boolean anyPart = false;
    for (Member member : members) {
      anyPart |= !member.search.canvas(0).isWholeRow();
    }
    canvases.clear();
    for (Member member : members) {
      member.waits = anyPart && member.search.canvas(0).isWholeRow();
      for (int row = 0; row < member.rows(); row++) {
        Canvas canvas = member.search.canvas(row);
        canvases.add(member.waits ? canvas.waiting() : canvas);
      }
    }
  }

  private boolean anyRows() {
    for (Member member : members) {
      if (member.rows() > 0) {
        return true;
      }
    }
    return false;
  }

  @Override
  public void close() {
    state.close();
  }
}
