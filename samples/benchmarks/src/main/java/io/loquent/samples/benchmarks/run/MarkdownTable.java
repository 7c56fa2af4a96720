package io.loquent.samples.benchmarks.run;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A table in Markdown, row by row. Not thread-safe. */
public final class MarkdownTable {

  private final int columns;
  private final List<String> lines = new ArrayList<>();

  /**
   * Starts a table.
   *
   * @param titles one for each column
   */
  public MarkdownTable(List<String> titles) {
    columns = titles.size();
    lines.add(line(titles));
    lines.add("|" + "---|".repeat(columns));
  }

  /**
   * Adds a row.
   *
   * @param cells their texts; those that are missing at the end stay empty
   */
  public void add(List<String> cells) {
    List<String> row = new ArrayList<>();
    cells.forEach(cell -> row.add(cell.replace("|", "/")));
    while (row.size() < columns) {
      row.add("");
    }
    lines.add(line(row));
  }

  /**
   * Writes a number for a cell.
   *
   * @param format as of {@link String#format}
   * @param value the number
   * @return the number, or a dash if it is infinite or not a number
   */
  public static String number(String format, double value) {
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
