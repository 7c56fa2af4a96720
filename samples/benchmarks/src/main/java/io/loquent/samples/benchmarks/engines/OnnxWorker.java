package io.loquent.samples.benchmarks.engines;

import io.loquent.samples.benchmarks.worker.WorkerLoop;
import java.nio.file.Path;

/** The process in which Loquent or the naive loop is measured. */
public final class OnnxWorker {

  private OnnxWorker() {}

  /**
   * Serves the runner until standard input ends.
   *
   * @param args {@code LOQUENT} or {@code NAIVE}, model folder, vocabulary size, start token,
   *     threads, and the {@link Loading#arguments} of Loquent
   */
  public static void main(String[] args) {
    Path folder = Path.of(args[1]);
    int vocabulary = Integer.parseInt(args[2]);
    int startToken = Integer.parseInt(args[3]);
    int threads = Integer.parseInt(args[4]);
    WorkerLoop.serve(
        () ->
            args[0].equals("LOQUENT")
                ? LoquentProgram.open(folder, vocabulary, threads, Loading.parse(args[5], args[6]))
                : NaiveProgram.open(folder, vocabulary, startToken, threads));
  }
}
