package io.loquent.decoding.parallel.ctc;

import io.loquent.FinishReason;
import io.loquent.decoding.ChosenToken;
import io.loquent.decoding.Hypothesis;
import io.loquent.decoding.SearchSetup;
import io.loquent.decoding.parallel.Canvas;
import io.loquent.decoding.parallel.ParallelModel;
import io.loquent.decoding.parallel.ParallelOutput;
import io.loquent.decoding.parallel.ParallelSearch;
import java.util.List;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * Decodes all frames at once: what the encoder says of them, or, where the graph takes a partial
 * alignment, one run with an alignment of which nothing is known.
 */
final class FrameSearch implements ParallelSearch {

  private static final int[] FIRST_ROW = {0};

  private final OptionalInt mask;
  private final FrameScores frame;
  private final FrameDecoder decoder;
  private final FrameResults results;
  private Canvas canvas = new Canvas();

  FrameSearch(
      SearchSetup setup,
      ParallelModel model,
      @Nullable CtcVocabulary vocabulary,
      FrameDecoder decoder) {
    this.decoder = decoder;
    mask = model.maskToken();
    frame = new FrameScores(setup, mask);
    results = new FrameResults(setup, vocabulary);
  }

  @Override
  public void begin(ParallelOutput encoded, int row) {
    if (mask.isPresent() && encoded.slots(row) > 0) {
      canvas = Canvas.filled(mask.getAsInt(), encoded.slots(row));
    } else {
      decode(encoded, row);
    }
  }

  @Override
  public void choose(ParallelOutput output, int firstRow) {
    decode(output, firstRow);
  }

  private void decode(ParallelOutput output, int row) {
    for (int number = 0; number < output.slots(row); number++) {
      frame.read(output, row, number);
      decoder.accept(frame);
    }
    results.complete(decoder.finish());
  }

  @Override
  public boolean isFinished() {
    return results.areThere();
  }

  @Override
  public void finish(FinishReason reason) {
    if (!results.areThere()) {
      results.stop(new Labelling(List.of(), 0), reason);
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

  @Override
  public int[] provisional() {
    return results.first().stream().mapToInt(ChosenToken::id).toArray();
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
