package io.loquent.decoding.parallel.ctc;

import io.loquent.FinishReason;
import io.loquent.Option;
import io.loquent.decoding.ChosenToken;
import io.loquent.decoding.Hypothesis;
import io.loquent.decoding.SearchSetup;
import io.loquent.decoding.parallel.Canvas;
import io.loquent.decoding.parallel.ParallelModel;
import io.loquent.decoding.parallel.ParallelOutput;
import io.loquent.decoding.parallel.ParallelSearch;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/**
 * Block decoding of the Imputer (Chan et al. 2020, "Imputer: Sequence Modelling via Imputation and
 * Dynamic Programming"): the canvas is an alignment, a token or the blank for each frame, at first
 * unknown. With {@code max_iterations} B, each run chooses the surest unknown frame of every block
 * of B neighbouring frames, so that after B runs all are known; the earliest of frames that are
 * equally sure. The alignment then collapses as the best path of CTC does.
 */
final class BlockSearch implements ParallelSearch {

  private static final int[] FIRST_ROW = {0};

  private final int mask;
  private final int blank;
  private final int blockLength;
  private final OptionalDouble frameSeconds;
  private final FrameScores frame;
  private final FrameResults results;
  private Canvas canvas = new Canvas();

  /** What was chosen, by frame; null where nothing is yet. */
  private @Nullable FrameChoice[] choices = new FrameChoice[0];

  private int unknown;

  BlockSearch(SearchSetup setup, ParallelModel model, @Nullable CtcVocabulary vocabulary) {
    mask = model.maskToken().getAsInt();
    blank = model.blankToken().getAsInt();
    blockLength = setup.options().get(Option.MAX_ITERATIONS).orElse(1);
    frameSeconds = model.frameSeconds();
    frame = new FrameScores(setup, model.maskToken());
    results = new FrameResults(setup, vocabulary);
  }

  @Override
  public void begin(ParallelOutput encoded, int row) {
    unknown = encoded.slots(row);
    canvas = Canvas.filled(mask, unknown);
    choices = new FrameChoice[unknown];
    concludeIfKnown();
  }

  @Override
  public void choose(ParallelOutput output, int firstRow) {
    for (int start = 0; start < choices.length; start += blockLength) {
      FrameChoice surest = null;
      for (int number = start; number < Math.min(start + blockLength, choices.length); number++) {
        if (choices[number] == null) {
          surest = surer(surest, output, firstRow, number);
        }
      }
      if (surest != null) {
        choices[surest.frame()] = surest;
        canvas.set(surest.frame(), surest.id());
        unknown--;
      }
    }
    concludeIfKnown();
  }

  private FrameChoice surer(
      @Nullable FrameChoice surest, ParallelOutput output, int row, int number) {
    frame.read(output, row, number);
    int id = frame.best();
    boolean isSurer = surest == null || frame.logProbability(id) > surest.logProbability();
    return surest == null || isSurer ? frame.choice(id) : surest;
  }

  private void concludeIfKnown() {
    if (unknown == 0) {
      results.complete(List.of(certain()));
    }
  }

  /** Returns what the frames before the first unknown one say. */
  private Labelling certain() {
    GreedyDecoder decoder = new GreedyDecoder(blank, frameSeconds);
    for (int number = 0; number < choices.length; number++) {
      FrameChoice choice = choices[number];
      if (choice == null) {
        break;
      }
      decoder.accept(choice);
    }
    return decoder.finish().get(0);
  }

  @Override
  public boolean isFinished() {
    return results.areThere();
  }

  @Override
  public void finish(FinishReason reason) {
    if (!results.areThere()) {
      results.stop(certain(), reason);
    }
  }

  @Override
  public int rows() {
    return results.areThere() ? 0 : 1;
  }

  @Override
  public int[] parents() {
    return FIRST_ROW;
  }

  @Override
  public Canvas canvas(int row) {
    return canvas;
  }

  /** Collapses the alignment, with a mask for each stretch of unknown frames. */
  @Override
  public int[] provisional() {
    if (results.areThere()) {
      return results.first().stream().mapToInt(ChosenToken::id).toArray();
    }
    int[] ids = new int[canvas.length()];
    int count = 0;
    int last = blank;
    for (int number = 0; number < canvas.length(); number++) {
      int id = canvas.token(number);
      if (id != last && id != blank) {
        ids[count++] = id;
      }
      last = id;
    }
    return Arrays.copyOf(ids, count);
  }

  @Override
  public int settled() {
    return results.first().size();
  }

  @Override
  public ChosenToken token(int index) {
    return results.first().get(index);
  }

  @Override
  public List<Hypothesis> results() {
    return results.get();
  }
}
