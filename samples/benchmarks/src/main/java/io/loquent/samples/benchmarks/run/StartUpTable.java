package io.loquent.samples.benchmarks.run;

import java.util.List;

/** Writes starts as one Markdown table. */
final class StartUpTable {

  private final MarkdownTable table =
      new MarkdownTable(
          List.of(
              "model",
              "program",
              "load ms",
              "first token ms",
              "process start to first token ms",
              "first token of the second call ms",
              "resident MB"));

  void add(StartUp startUp) {
    if (startUp.failure() != null) {
      table.add(List.of(startUp.model(), startUp.program(), "did not run: " + startUp.failure()));
    } else {
      table.add(
          List.of(
              startUp.model(),
              startUp.program(),
              MarkdownTable.number("%.0f", startUp.loadMillis()),
              MarkdownTable.number("%.0f", startUp.firstTokenMillis()),
              MarkdownTable.number("%.0f", startUp.totalMillis()),
              MarkdownTable.number("%.0f", startUp.secondFirstTokenMillis()),
              MarkdownTable.number("%.0f", startUp.residentMegabytes())));
    }
  }

  @Override
  public String toString() {
    return table.toString();
  }
}
