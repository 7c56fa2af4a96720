package io.loquent.samples.cli;

import java.util.ArrayList;
import java.util.List;

/** Rows of cells below each other; the last column is as wide as it likes. */
final class Columns {

  private static final String GAP = "  ";

  private final String indent;
  private final List<List<String>> rows = new ArrayList<>();

  Columns(String indent) {
    this.indent = indent;
  }

  void add(String... cells) {
    rows.add(List.of(cells));
  }

  /** The lines. Line breaks inside of cells become spaces. */
  List<String> lines() {
    List<String> lines = new ArrayList<>();
    for (List<String> row : rows) {
      StringBuilder line = new StringBuilder(indent);
      for (int column = 0; column < row.size(); column++) {
        String cell = row.get(column).replaceAll("\\R", " ");
        line.append(column == 0 ? "" : GAP).append(cell);
        if (column < row.size() - 1) {
          line.append(" ".repeat(width(column) - cell.length()));
        }
      }
      lines.add(line.toString());
    }
    return lines;
  }

  private int width(int column) {
    return rows.stream()
        .filter(row -> column < row.size())
        .mapToInt(row -> row.get(column).replaceAll("\\R", " ").length())
        .max()
        .orElse(0);
  }
}
