package io.loquent.decoding.heads;

/**
 * Makes one weight per vocabulary entry of a text's logits, which come token by token (SPLADE,
 * Formal et al. 2021; sentence transformers' {@code SpladePooling} module). Confined to one thread.
 */
public final class SpladePooling {

  /** What is made of an entry's weights at all tokens. */
  public enum Strategy {
    /** The greatest (SPLADE-max). */
    MAX,
    /** The sum (the first SPLADE). */
    SUM
  }

  /** How a logit becomes a weight. */
  public enum Activation {
    /** log(1 + relu(logit)). */
    RELU,
    /** log(1 + log(1 + relu(logit))). */
    LOG1P_RELU
  }

  private final Strategy strategy;
  private final Activation activation;
  private final float[] pooled;

  /**
   * Begins a text.
   *
   * @param strategy what is made of an entry's weights
   * @param activation how a logit becomes a weight
   * @param size entries of the vocabulary
   */
  public SpladePooling(Strategy strategy, Activation activation, int size) {
    this.strategy = strategy;
    this.activation = activation;
    pooled = new float[size];
  }

  /**
   * Adds a token.
   *
   * @param logits its scores, {@code [size]}
   */
  public void add(float[] logits) {
    LogitsCheck.check(logits, "vocabulary entry");
    // A weight grows with its logit, so that the logarithm of the greatest is enough.
    for (int entry = 0; entry < pooled.length; entry++) {
      if (logits[entry] > 0) {
        pooled[entry] =
            strategy == Strategy.MAX
                ? Math.max(pooled[entry], logits[entry])
                : pooled[entry] + weight(logits[entry]);
      }
    }
  }

  /**
   * Ends the text.
   *
   * @return the weights, {@code [size]}, 0 or more
   */
  public float[] weights() {
    float[] weights = pooled.clone();
    if (strategy == Strategy.MAX) {
      for (int entry = 0; entry < weights.length; entry++) {
        weights[entry] = weights[entry] > 0 ? weight(weights[entry]) : 0;
      }
    }
    return weights;
  }

  private float weight(float logit) {
    double weight = Math.log1p(logit);
    return (float) (activation == Activation.RELU ? weight : Math.log1p(weight));
  }
}
