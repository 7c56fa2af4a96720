package io.loquent.samples.benchmarks.pronunciation;

import io.loquent.samples.benchmarks.run.MarkdownTable;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/** Writes results as a Markdown table, and as a plot of errors against time. */
final class PronunciationReport {

  private final List<TrialResult> results;
  private final int batch;

  PronunciationReport(List<TrialResult> results, int batch) {
    this.results = results;
    this.batch = batch;
  }

  /** The table, and what it must be read with. */
  String markdown() {
    MarkdownTable table =
        new MarkdownTable(
            List.of(
                "model",
                "weights",
                "decoding",
                "WER",
                "PER",
                "WER, stress ignored",
                "PER, stress ignored",
                "runs per word",
                "ms per word, alone",
                "ms per word, batch of " + batch,
                "speed, alone",
                "speed, batch of " + batch));
    TrialResult alone = fastestBaseline(TrialResult::millis);
    TrialResult together = fastestBaseline(TrialResult::batchMillis);
    for (TrialResult result : results) {
      table.add(
          List.of(
              result.contestant().folder(),
              result.contestant().weights(),
              result.contestant().label(),
              MarkdownTable.number("%.1f", result.wordErrorRate()),
              MarkdownTable.number("%.1f", result.phonemeErrorRate()),
              MarkdownTable.number("%.1f", result.plainWordErrorRate()),
              MarkdownTable.number("%.1f", result.plainPhonemeErrorRate()),
              MarkdownTable.number("%.1f", result.modelRuns()),
              MarkdownTable.number("%.2f", result.millis()),
              MarkdownTable.number("%.2f", result.batchMillis()),
              MarkdownTable.number("%.2fx", alone.millis() / result.millis()),
              MarkdownTable.number("%.2fx", together.batchMillis() / result.batchMillis())));
    }
    return table
        + "\nSpeed: beside the faster beam 5 of the Transformer (alone: "
        + alone.contestant().weights()
        + "; batch: "
        + together.contestant().weights()
        + ").\n"
        + batchNote();
  }

  private TrialResult fastestBaseline(ToDoubleFunction<TrialResult> millis) {
    return results.stream()
        .filter(result -> result.contestant().isBaseline())
        .min(Comparator.comparingDouble(millis))
        .orElseThrow();
  }

  private String batchNote() {
    TrialResult most =
        results.stream().max(Comparator.comparingDouble(TrialResult::otherInBatch)).orElseThrow();
    return String.format(
        Locale.ROOT,
        "Error rates and runs are those of words alone. A batch gives other answers to %.1f %% of"
            + " the words at most (%s): int8 graphs round activations by what is in the batch.%n",
        most.otherInBatch(),
        most.contestant().title());
  }

  /** Word error rate, stress ignored, against the time of a word alone. */
  String svg() {
    ScatterPlot plot =
        new ScatterPlot(
            "Word error rate and time of the pronunciation models",
            "milliseconds per word, one word at a time",
            "word error rate in percent, stress ignored");
    for (TrialResult result : results) {
      plot.add(
          result.contestant().title(),
          result.contestant().family().colour(),
          result.millis(),
          result.plainWordErrorRate());
    }
    return plot.svg();
  }
}
