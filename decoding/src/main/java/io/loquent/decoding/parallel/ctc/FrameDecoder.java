package io.loquent.decoding.parallel.ctc;

import io.loquent.decoding.ChosenToken;
import java.util.List;

/** Decodes frames one after another. Confined to one thread. */
interface FrameDecoder {

  /** Takes the next frame. */
  void accept(FrameScores frame);

  /**
   * Returns how many tokens of the result no later frame can change, their spans and
   * log-probabilities aside.
   */
  int settled();

  /** Returns the best tokens if the input ended here. */
  List<ChosenToken> best();

  /** Returns the results if the input ends here, best first; at least one. */
  List<Labelling> finish();
}
