package io.loquent.samples.benchmarks.run;

import io.loquent.samples.benchmarks.worker.Measurement;
import io.loquent.samples.benchmarks.worker.Workload;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/** One program that is started again in each round, and what its starts cost. */
final class StartUp {

  /** Enough to end a call behind its first token. */
  static final int NEW_TOKENS = 8;

  private final String model;
  private final String program;
  private final Callable<Lane> starting;
  private final List<Double> loads = new ArrayList<>();
  private final List<Double> totals = new ArrayList<>();
  private final List<Measurement> firstCalls = new ArrayList<>();
  private final List<Measurement> secondCalls = new ArrayList<>();
  private @Nullable String failure;

  StartUp(String model, String program, Callable<Lane> starting) {
    this.model = model;
    this.program = program;
    this.starting = starting;
  }

  /** Starts the program, calls it twice and ends it; after a failure it does nothing. */
  void run(Workload workload) {
    if (failure != null) {
      return;
    }
    long start = System.nanoTime();
    try (Lane lane = starting.call()) {
      double openMillis = (System.nanoTime() - start) / 1e6;
      Lane.Outcome first = lane.run(workload);
      Lane.Outcome second = lane.run(workload);
      if (first.measurement() == null || second.measurement() == null) {
        failure = first.failure() == null ? second.failure() : first.failure();
        return;
      }
      loads.add(lane.loadMillis());
      totals.add(openMillis + first.measurement().firstMillis());
      firstCalls.add(first.measurement());
      secondCalls.add(second.measurement());
    } catch (Exception e) {
      failure = e.toString();
    }
  }

  String model() {
    return model;
  }

  String program() {
    return program;
  }

  /** Why it did not run, if so. */
  @Nullable String failure() {
    return failure;
  }

  /** Median time from the call that opens the model to its return, as the program measures it. */
  double loadMillis() {
    return median(loads);
  }

  /** Median time from the call for a first sequence to its first token. */
  double firstTokenMillis() {
    return median(firstCalls.stream().map(Measurement::firstMillis).toList());
  }

  /** The same for the second call of a process. */
  double secondFirstTokenMillis() {
    return median(secondCalls.stream().map(Measurement::firstMillis).toList());
  }

  /** Median time from the start of the process to the first token. */
  double totalMillis() {
    return median(totals);
  }

  /** Median resident size after the first call. */
  double residentMegabytes() {
    return median(firstCalls.stream().map(call -> call.residentBytes() / 1e6).toList());
  }

  private static double median(List<Double> values) {
    return Row.median(values.stream().mapToDouble(Double::doubleValue).toArray());
  }
}
