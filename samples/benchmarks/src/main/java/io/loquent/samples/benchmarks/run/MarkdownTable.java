package io.loquent.samples.benchmarks.run;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Lines of a table in Markdown. */
final class MarkdownTable {

  private final int columns;
  private final List<String> lines = new ArrayList<>();

  MarkdownTable(List<String> titles) {
    columns = titles.size();
    lines.add(line(titles));
    lines.add("|" + "---|".repeat(columns));
  }

  /** Adds a row; the cells that are missing at its end stay empty. */
  void add(List<String> cells) {
    List<String> row = new ArrayList<>();
    cells.forEach(cell -> row.add(cell.replace("|", "/")));
    while (row.size() < columns) {
      row.add("");
    }
    lines.add(line(row));
  }

  /** A number in a cell; a dash where there is none. */
  static String number(String format, double value) {
    return Double.isNaN(value) || Double.isInfinite(value)
        ? "-"
        : String.format(Locale.ROOT, format, value);
  }

  private static String line(List<String> cells) {
    return "| " + String.join(" | ", cells) + " |";
  }

  @Override
  public String toString() {
    return String.join("\n", lines) + "\n";
  }
}
