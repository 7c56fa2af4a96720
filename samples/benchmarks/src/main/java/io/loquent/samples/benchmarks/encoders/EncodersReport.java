package io.loquent.samples.benchmarks.encoders;

import io.loquent.samples.benchmarks.models.BertShape;
import io.loquent.samples.benchmarks.models.Precision;
import io.loquent.samples.benchmarks.run.MarkdownTable;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** What was measured, as a table. Confined to one thread. */
final class EncodersReport {

  private final MarkdownTable table =
      new MarkdownTable(
          List.of("weights", "program", "sentences/s", "speed", "padding", "tokens computed"));

  private final BertShape shape;
  private final int rounds;
  private final int threads;
  private int[] lengths = new int[0];

  EncodersReport(BertShape shape, int rounds, int threads) {
    this.shape = shape;
    this.rounds = rounds;
    this.threads = threads;
  }

  /** Adds a row for each contender; speed is beside the first one. */
  void add(Precision precision, int[] lengths, Contest contest) {
    this.lengths = lengths;
    double first = median(contest.rates(0));
    for (int i = 0; i < contest.contenders().size(); i++) {
      Contender contender = contest.contenders().get(i);
      double rate = median(contest.rates(i));
      Padding padding = contender.padding(lengths);
      table.add(
          List.of(
              precision.label(),
              contender.name(),
              MarkdownTable.number("%.1f", rate),
              MarkdownTable.number("%.2fx", rate / first),
              MarkdownTable.number("%.1f %%", 100 * padding.share()),
              String.valueOf(padding.tokens() + padding.padding())));
    }
  }

  private static double median(double... values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }

  @Override
  public String toString() {
    int[] sorted = lengths.clone();
    Arrays.sort(sorted);
    return String.format(
        Locale.ROOT,
        "%s: %d layers, %d wide. %d sentences of %d to %d tokens, %.1f on average. Rounds: %d;"
            + " threads: %s.%n%n%s",
        shape.name(),
        shape.layers(),
        shape.hidden(),
        sorted.length,
        sorted[0],
        sorted[sorted.length - 1],
        Arrays.stream(sorted).average().orElse(Double.NaN),
        rounds,
        threads == 0 ? "default" : String.valueOf(threads),
        table);
  }
}
