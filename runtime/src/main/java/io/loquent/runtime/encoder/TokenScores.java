package io.loquent.runtime.encoder;

import io.loquent.decoding.heads.LabelScores;
import io.loquent.encoder.ClassificationFunction;
import io.loquent.runtime.model.EncoderOutputs;
import java.util.Arrays;

/**
 * The scores of a text's tokens, each from the window that has the most context on the token's
 * shorter side. Confined to one thread.
 */
final class TokenScores {

  private final double[][] scores;
  private final int[] context;
  private final int[] window;

  TokenScores(int tokens) {
    scores = new double[tokens][];
    context = new int[tokens];
    window = new int[tokens];
    Arrays.fill(context, -1);
  }

  /** {@code [tokens, labels]} probabilities. */
  double[][] scores() {
    return scores;
  }

  /** Reads a window, in any order. */
  void read(Window from, EncoderOutputs outputs, int row) {
    int[] positions = SplitText.positions(from, 0);
    float[] logits = new float[(int) outputs.shape(TaskDetection.LOGITS)[2]];
    for (int i = 0; i < positions.length; i++) {
      int token = from.first() + i;
      // Nothing is missing in front of the first window, nor behind the last.
      int left = from.first() == 0 ? Integer.MAX_VALUE : i;
      int right =
          from.first() + positions.length == scores.length
              ? Integer.MAX_VALUE
              : positions.length - 1 - i;
      int least = Math.min(left, right);
      boolean earlier = least == context[token] && from.number() < window[token];
      if (least > context[token] || earlier) {
        context[token] = least;
        window[token] = from.number();
        outputs.token(TaskDetection.LOGITS, row, positions[i], logits);
        scores[token] = LabelScores.of(ClassificationFunction.SOFTMAX, logits);
      }
    }
  }
}
