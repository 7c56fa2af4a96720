package io.loquent.decoding.heads;

/**
 * What a model says about where an answer starts and ends in one window of a text. Confined to
 * whoever made it: the arrays are not copied.
 */
public final class SpanLogits {

  final int first;
  final float[] starts;
  final float[] ends;
  final float noStart;
  final float noEnd;

  /**
   * Puts the logits of a window together.
   *
   * @param first index in the text of the window's first token
   * @param starts {@code [tokens]}: logits of starts, of the text's tokens only
   * @param ends {@code [tokens]}: logits of ends
   * @param noStart logit of the start that means that there is no answer
   * @param noEnd logit of such an end
   * @throws io.loquent.InferenceException if a logit is NaN or positive infinity
   */
  public SpanLogits(int first, float[] starts, float[] ends, float noStart, float noEnd) {
    LogitsCheck.check(starts, "start");
    LogitsCheck.check(ends, "end");
    LogitsCheck.check(new float[] {noStart, noEnd}, "no answer");
    this.first = first;
    this.starts = starts;
    this.ends = ends;
    this.noStart = noStart;
    this.noEnd = noEnd;
  }

  double none() {
    return (double) noStart + noEnd;
  }
}
