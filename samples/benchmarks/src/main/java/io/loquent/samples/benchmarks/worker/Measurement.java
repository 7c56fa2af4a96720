package io.loquent.samples.benchmarks.worker;

import java.util.Locale;
import java.util.Map;

/**
 * What one call cost. NaN stands for what a program cannot tell.
 *
 * @param tokens tokens that were generated, of all rows
 * @param firstMillis from the call to the first token
 * @param totalMillis from the call to the last token
 * @param decodeCpuMillis processor time of the whole process after the first token
 * @param decodeBytes bytes that the Java heap gave out after the first token
 * @param residentBytes resident size of the process after the call
 */
public record Measurement(
    int tokens,
    double firstMillis,
    double totalMillis,
    double decodeCpuMillis,
    double decodeBytes,
    double residentBytes) {

  /**
   * Reads a measurement.
   *
   * @param line what {@link #toString} gives
   * @return the measurement
   */
  public static Measurement parse(String line) {
    Map<String, String> values = Pairs.parse(line);
    return new Measurement(
        Pairs.integer(values, "tokens"),
        Pairs.real(values, "first"),
        Pairs.real(values, "total"),
        Pairs.real(values, "cpu"),
        Pairs.real(values, "allocated"),
        Pairs.real(values, "resident"));
  }

  /** Returns the line that {@link #parse} reads. */
  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "tokens=%d first=%.4f total=%.4f cpu=%.4f allocated=%.0f resident=%.0f",
        tokens,
        firstMillis,
        totalMillis,
        decodeCpuMillis,
        decodeBytes,
        residentBytes);
  }
}
