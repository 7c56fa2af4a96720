package io.loquent.decoding.parallel.ctc;

import io.loquent.decoding.ChosenToken;
import java.util.List;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/**
 * The best path: the most probable token of each frame, repetitions collapsed, blanks dropped
 * (Graves et al. 2006). Its score is the path's log-probability.
 */
final class GreedyDecoder implements FrameDecoder {

  private final int blank;
  private final OptionalDouble frameSeconds;
  private @Nullable Alignment newest;
  private int count;
  private int lastId;
  private double score;

  GreedyDecoder(int blank, OptionalDouble frameSeconds) {
    this.blank = blank;
    this.frameSeconds = frameSeconds;
    lastId = blank;
  }

  @Override
  public void accept(FrameScores frame) {
    accept(frame.choice(frame.best()));
  }

  /** Takes the next frame, whose token is chosen already. */
  void accept(FrameChoice choice) {
    score += choice.logProbability();
    if (choice.id() == lastId && newest != null && lastId != blank) {
      newest = newest.extend(choice);
    } else if (choice.id() != blank) {
      newest = Alignment.begin(newest, choice);
      count++;
    }
    lastId = choice.id();
  }

  @Override
  public int settled() {
    return count;
  }

  @Override
  public List<ChosenToken> best() {
    return Alignment.tokens(newest, frameSeconds);
  }

  @Override
  public List<Labelling> finish() {
    return List.of(new Labelling(best(), score));
  }
}
