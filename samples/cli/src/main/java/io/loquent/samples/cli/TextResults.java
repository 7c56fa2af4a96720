package io.loquent.samples.cli;

import io.loquent.internal.json.Json;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Prints what was found in each text: a JSON object on a line, or the text and a table.
 *
 * @param terminal where
 * @param json whether as JSON
 */
record TextResults(Terminal terminal, boolean json) {

  private static final String INDENT = "  ";

  /**
   * Prints one text's result.
   *
   * @param heading whether the text stands above the table
   * @param object what is in the JSON object besides the text
   * @param rows the cells of the table
   */
  void print(String text, boolean heading, Map<String, Object> object, List<List<String>> rows) {
    if (json) {
      Map<String, Object> all = new LinkedHashMap<>();
      all.put("text", text);
      all.putAll(object);
      terminal.out().println(Json.write(all));
      return;
    }
    if (heading) {
      terminal.out().println(text.replaceAll("\\R", " "));
    }
    Columns table = new Columns(heading ? INDENT : "");
    rows.forEach(row -> table.add(row.toArray(String[]::new)));
    table.lines().forEach(terminal.out()::println);
  }

  /** A probability, or another number, as wide with a minus as without. */
  static String score(double score) {
    return String.format(Locale.ROOT, "%7.4f", score);
  }
}
