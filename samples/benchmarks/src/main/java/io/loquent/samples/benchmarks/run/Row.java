package io.loquent.samples.benchmarks.run;

import io.loquent.samples.benchmarks.worker.Measurement;
import io.loquent.samples.benchmarks.worker.Workload;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * The medians of a program's rounds on one workload.
 *
 * @param lane the program
 * @param workload what it did
 * @param measurements of all rounds
 * @param failure why there are none, if so
 * @param bytesPerSecond how fast memory was read during these rounds
 */
record Row(
    Lane lane,
    Workload workload,
    List<Measurement> measurements,
    @Nullable String failure,
    double bytesPerSecond) {

  double decodeTokensPerSecond() {
    return median(
        m -> (m.tokens() - workload.batch()) / ((m.totalMillis() - m.firstMillis()) / 1000));
  }

  double prefillTokensPerSecond() {
    return median(m -> workload.batch() * workload.promptTokens() / (m.firstMillis() / 1000));
  }

  double firstTokenMillis() {
    return median(Measurement::firstMillis);
  }

  double cpuMillisPerToken() {
    return median(m -> m.decodeCpuMillis() / (m.tokens() - workload.batch()));
  }

  double bytesPerToken() {
    return median(m -> m.decodeBytes() / (m.tokens() - workload.batch()));
  }

  double residentMegabytes() {
    return median(m -> m.residentBytes() / 1e6);
  }

  double rooflineShare() {
    return decodeTokensPerSecond() / lane.roofline().tokensPerSecond(workload, bytesPerSecond);
  }

  private double median(ToDoubleFunction<Measurement> value) {
    return median(measurements.stream().mapToDouble(value).toArray());
  }

  static double median(double... values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    int middle = sorted.length / 2;
    if (sorted.length == 0) {
      return Double.NaN;
    }
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }
}
