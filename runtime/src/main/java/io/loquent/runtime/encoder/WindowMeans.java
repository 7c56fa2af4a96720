package io.loquent.runtime.encoder;

import io.loquent.decoding.heads.LogitsCheck;

/** The mean of the logits of a text's windows, for each text of a call. Confined to one thread. */
final class WindowMeans {

  private final double[][] sums;
  private final int[] counts;

  WindowMeans(int texts) {
    sums = new double[texts][];
    counts = new int[texts];
  }

  /** Reads a window, in any order; refuses what no label's logit can be. */
  void add(int text, float[] values) {
    LogitsCheck.check(values, "label");
    if (counts[text] == 0) {
      sums[text] = new double[values.length];
    }
    for (int i = 0; i < values.length; i++) {
      sums[text][i] += values[i];
    }
    counts[text]++;
  }

  /** The mean of a text of which a window was read. */
  float[] mean(int text) {
    float[] mean = new float[sums[text].length];
    for (int i = 0; i < mean.length; i++) {
      mean[i] = (float) (sums[text][i] / counts[text]);
    }
    return mean;
  }
}
