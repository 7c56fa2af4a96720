package io.loquent.samples.benchmarks.run;

import java.util.ArrayList;
import java.util.List;

/** Writes rows as one Markdown table. */
final class Table {

  private final MarkdownTable table =
      new MarkdownTable(
          List.of(
              "threads",
              "weights",
              "method",
              "batch",
              "context",
              "program",
              "graph",
              "decode tok/s",
              "Loquent is",
              "prefill tok/s",
              "first token ms",
              "CPU ms/token",
              "resident MB",
              "heap B/token",
              "of roofline"));

  /** Adds the rows of one workload; they are compared with Loquent's fastest among them. */
  void add(int threads, String precision, List<Row> rows) {
    double best =
        rows.stream()
            .filter(row -> row.lane().engine() == Engine.LOQUENT)
            .mapToDouble(Row::decodeTokensPerSecond)
            .filter(speed -> !Double.isNaN(speed))
            .max()
            .orElse(Double.NaN);
    for (Row row : rows) {
      table.add(cells(threads, precision, row, best));
    }
  }

  private static List<String> cells(int threads, String precision, Row row, double best) {
    List<String> cells = new ArrayList<>();
    cells.add(threads == 0 ? "default" : String.valueOf(threads));
    cells.add(precision);
    cells.add(
        row.workload().method().label()
            + (row.workload().beams() > 1 ? " " + row.workload().beams() : ""));
    cells.add(String.valueOf(row.workload().batch()));
    cells.add(String.valueOf(row.workload().promptTokens()));
    cells.add(row.lane().engine().title());
    cells.add(row.lane().form());
    if (row.measurements().isEmpty()) {
      cells.add("did not run: " + row.failure());
    } else {
      cells.add(MarkdownTable.number("%.1f", row.decodeTokensPerSecond()));
      cells.add(MarkdownTable.number("%.2fx", best / row.decodeTokensPerSecond()));
      cells.add(MarkdownTable.number("%.0f", row.prefillTokensPerSecond()));
      cells.add(MarkdownTable.number("%.0f", row.firstTokenMillis()));
      cells.add(MarkdownTable.number("%.2f", row.cpuMillisPerToken()));
      cells.add(MarkdownTable.number("%.0f", row.residentMegabytes()));
      cells.add(MarkdownTable.number("%.0f", row.bytesPerToken()));
      cells.add(MarkdownTable.number("%.0f %%", 100 * row.rooflineShare()));
    }
    return cells;
  }

  @Override
  public String toString() {
    return table.toString();
  }
}
