package io.loquent.samples.benchmarks.run;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Writes rows as one Markdown table. */
final class Table {

  private static final List<String> COLUMNS =
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
          "of roofline");

  private final List<String> lines = new ArrayList<>();

  Table() {
    lines.add("| " + String.join(" | ", COLUMNS) + " |");
    lines.add("|" + "---|".repeat(COLUMNS.size()));
  }

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
      lines.add(line(threads, precision, row, best));
    }
  }

  private static String line(int threads, String precision, Row row, double best) {
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
      cells.add("did not run: " + String.valueOf(row.failure()).replace("|", "/"));
    } else {
      cells.add(number("%.1f", row.decodeTokensPerSecond()));
      cells.add(number("%.2fx", best / row.decodeTokensPerSecond()));
      cells.add(number("%.0f", row.prefillTokensPerSecond()));
      cells.add(number("%.0f", row.firstTokenMillis()));
      cells.add(number("%.2f", row.cpuMillisPerToken()));
      cells.add(number("%.0f", row.residentMegabytes()));
      cells.add(number("%.0f", row.bytesPerToken()));
      cells.add(number("%.0f %%", 100 * row.rooflineShare()));
    }
    while (cells.size() < COLUMNS.size()) {
      cells.add("");
    }
    return "| " + String.join(" | ", cells) + " |";
  }

  private static String number(String format, double value) {
    return Double.isNaN(value) || Double.isInfinite(value)
        ? "-"
        : String.format(Locale.ROOT, format, value);
  }

  @Override
  public String toString() {
    return String.join("\n", lines) + "\n";
  }
}
