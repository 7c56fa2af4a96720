package io.loquent.samples.benchmarks.worker;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.StringTokenizer;

/** Lines of {@code name=value} pairs, separated by blanks. */
final class Pairs {

  private Pairs() {}

  static Map<String, String> parse(String line) {
    Map<String, String> values = new LinkedHashMap<>();
    StringTokenizer pairs = new StringTokenizer(line, " ");
    while (pairs.hasMoreTokens()) {
      String pair = pairs.nextToken();
      int equals = pair.indexOf('=');
      if (equals > 0) {
        values.put(pair.substring(0, equals), pair.substring(equals + 1));
      }
    }
    return values;
  }

  static String text(Map<String, String> values, String name) {
    String value = values.get(name);
    if (value == null) {
      throw new IllegalArgumentException("no " + name + " in " + values);
    }
    return value;
  }

  static int integer(Map<String, String> values, String name) {
    return Integer.parseInt(text(values, name));
  }

  static double real(Map<String, String> values, String name) {
    return Double.parseDouble(text(values, name));
  }
}
