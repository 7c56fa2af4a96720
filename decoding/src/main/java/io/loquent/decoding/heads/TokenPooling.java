package io.loquent.decoding.heads;

import io.loquent.encoder.Pooling;

/**
 * Makes one vector of a row's token vectors, which come one by one, as sentence transformers'
 * {@code Pooling} module does. Confined to one thread.
 */
public final class TokenPooling {

  private static final double LEAST_WEIGHT = 1e-9;

  private final Pooling pooling;
  private final double[] pooled;
  private double weight;
  private boolean begun;

  /**
   * Begins a row.
   *
   * @param pooling what is made of the vectors
   * @param size dimensions of a token's vector
   */
  public TokenPooling(Pooling pooling, int size) {
    this.pooling = pooling;
    pooled = new double[size];
  }

  /**
   * Adds the next token.
   *
   * @param vector its vector, {@code [size]}
   * @param position its index in the row, from 0
   * @param included false for a token that is left out
   */
  public void add(float[] vector, int position, boolean included) {
    if (!included) {
      return;
    }
    switch (pooling) {
      case CLS -> {
        if (!begun) {
          copy(vector);
        }
      }
      case LAST_TOKEN -> copy(vector);
      case MAX -> max(vector);
      case MEAN, MEAN_SQRT_LEN -> sum(vector, 1);
      case WEIGHTED_MEAN -> sum(vector, position + 1);
    }
    begun = true;
  }

  private void copy(float[] vector) {
    for (int i = 0; i < pooled.length; i++) {
      pooled[i] = vector[i];
    }
  }

  private void max(float[] vector) {
    for (int i = 0; i < pooled.length; i++) {
      pooled[i] = begun ? Math.max(pooled[i], vector[i]) : vector[i];
    }
  }

  private void sum(float[] vector, int tokenWeight) {
    for (int i = 0; i < pooled.length; i++) {
      pooled[i] += (double) vector[i] * tokenWeight;
    }
    weight += tokenWeight;
  }

  /**
   * Ends the row.
   *
   * @param target receives {@code size} numbers; zeros if no token was included
   * @param start index of the first of them
   */
  public void writeTo(float[] target, int start) {
    double divisor = divisor();
    for (int i = 0; i < pooled.length; i++) {
      target[start + i] = (float) (pooled[i] / divisor);
    }
  }

  private double divisor() {
    return switch (pooling) {
      case MEAN, WEIGHTED_MEAN -> Math.max(weight, LEAST_WEIGHT);
      case MEAN_SQRT_LEN -> Math.sqrt(Math.max(weight, LEAST_WEIGHT));
      case CLS, MAX, LAST_TOKEN -> 1;
    };
  }
}
