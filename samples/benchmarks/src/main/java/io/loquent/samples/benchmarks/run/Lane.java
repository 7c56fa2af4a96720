package io.loquent.samples.benchmarks.run;

import io.loquent.samples.benchmarks.worker.Measurement;
import io.loquent.samples.benchmarks.worker.Workload;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * One program on one model, from its start to its end. It never throws: what goes wrong is what the
 * table says. Confined to one thread.
 */
final class Lane implements AutoCloseable {

  private final Engine engine;
  private final String form;
  private final Roofline roofline;
  private final @Nullable WorkerProcess process;
  private @Nullable String failure;

  private Lane(
      Engine engine,
      String form,
      Roofline roofline,
      @Nullable WorkerProcess process,
      @Nullable String failure) {
    this.engine = engine;
    this.form = form;
    this.roofline = roofline;
    this.process = process;
    this.failure = failure;
  }

  /** Starts a program whose command line may need files to be built first. */
  static Lane start(
      Engine engine, String form, Roofline roofline, Callable<List<String>> command, Path log) {
    try {
      return new Lane(engine, form, roofline, new WorkerProcess(command.call(), log), null);
    } catch (Exception e) {
      return new Lane(engine, form, roofline, null, reason(e));
    }
  }

  Engine engine() {
    return engine;
  }

  String form() {
    return form;
  }

  Roofline roofline() {
    return roofline;
  }

  double loadMillis() {
    return process == null ? Double.NaN : process.loadMillis();
  }

  /** Why it does not run at all, if so. */
  @Nullable String failure() {
    return failure;
  }

  /** Runs once. */
  Outcome run(Workload workload) {
    if (process == null) {
      return new Outcome(null, failure);
    }
    try {
      return new Outcome(process.run(workload), null);
    } catch (IOException | RuntimeException e) {
      return new Outcome(null, reason(e));
    }
  }

  /**
   * What came of a run.
   *
   * @param measurement what it cost, or null
   * @param failure why there is none, or null
   */
  record Outcome(@Nullable Measurement measurement, @Nullable String failure) {}

  private static String reason(Exception failure) {
    return failure.getMessage() == null ? failure.toString() : failure.getMessage();
  }

  @Override
  public void close() {
    if (process != null) {
      process.close();
    }
  }
}
