package io.loquent.samples.benchmarks.encoders;

import java.util.ArrayList;
import java.util.List;

/** Contenders that take turns on the same sentences. Confined to one thread. */
final class Contest implements AutoCloseable {

  private final List<Contender> contenders;
  private final List<String> sentences;
  private final List<List<Double>> rates = new ArrayList<>();
  private final float[][][] vectors;

  /**
   * Takes the contenders over.
   *
   * @param contenders they are closed with this
   * @param sentences what each of them embeds in each round
   */
  Contest(List<Contender> contenders, List<String> sentences) {
    this.contenders = contenders;
    this.sentences = sentences;
    vectors = new float[contenders.size()][][];
    contenders.forEach(contender -> rates.add(new ArrayList<>()));
  }

  /** Lets each embed all sentences, in the opposite order in the next round; round 0 warms up. */
  void round(int number) throws Exception {
    for (int i = 0; i < contenders.size(); i++) {
      int index = number % 2 == 0 ? i : contenders.size() - 1 - i;
      long start = System.nanoTime();
      vectors[index] = contenders.get(index).embed(sentences);
      double seconds = (System.nanoTime() - start) / 1e9;
      if (number > 0) {
        rates.get(index).add(sentences.size() / seconds);
      }
    }
  }

  /** Fails if a contender's vectors of the last round are not those of the first contender. */
  void requireSameVectors(double tolerance) {
    for (int i = 1; i < vectors.length; i++) {
      for (int sentence = 0; sentence < sentences.size(); sentence++) {
        double difference = difference(vectors[0][sentence], vectors[i][sentence]);
        if (!(difference <= tolerance)) {
          throw new IllegalStateException(
              contenders.get(i).name()
                  + " gives sentence "
                  + sentence
                  + " another vector than "
                  + contenders.get(0).name()
                  + ": numbers differ by up to "
                  + difference);
        }
      }
    }
  }

  private static double difference(float[] expected, float[] found) {
    if (expected.length != found.length) {
      return Double.POSITIVE_INFINITY;
    }
    double largest = 0;
    for (int i = 0; i < expected.length; i++) {
      double difference = Math.abs((double) expected[i] - found[i]);
      // A number that is none must not pass as equal.
      largest = difference <= largest ? largest : difference;
    }
    return largest;
  }

  List<Contender> contenders() {
    return contenders;
  }

  /** Sentences per second in each round but the first, of one contender. */
  double[] rates(int contender) {
    return rates.get(contender).stream().mapToDouble(Double::doubleValue).toArray();
  }

  @Override
  public void close() {
    contenders.forEach(Contender::close);
  }
}
