package io.loquent.samples.benchmarks.run;

import io.loquent.samples.benchmarks.models.Form;
import io.loquent.samples.benchmarks.models.ModelLibrary;
import io.loquent.samples.benchmarks.models.Precision;
import io.loquent.samples.benchmarks.worker.Measurement;
import io.loquent.samples.benchmarks.worker.Workload;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Measures, and prints the table. */
@Command(
    name = "run",
    description = "Measures Loquent and its peers in interleaved rounds; prints one table.")
public final class RunCommand implements Callable<Integer> {

  private static final int WARM_UP_TOKENS = 16;
  private static final int SPARE_TOKENS = 32;

  @Mixin private final ModelOptions models = new ModelOptions();

  @Option(
      names = "--peers",
      description = "The folder of the peers (default: peers in this sample).")
  private Path peers = Processes.home().resolveSibling("peers");

  @Option(
      names = "--peer-java",
      description = "Home of the JDK that runs the peers; Jlama needs 22 or newer.")
  private @Nullable Path peerJava;

  @Option(
      names = "--quick",
      description = "int4, greedy, batch 1, context 128, 32 new tokens, 3 rounds.")
  private boolean quick;

  @Option(
      names = "--precisions",
      split = ",",
      description = "fp32, int8, int8-dynamic, int4 (default: all).")
  private List<String> precisions =
      Arrays.stream(Precision.values()).map(Precision::label).toList();

  @Option(
      names = "--forms",
      split = ",",
      description = "plain, fused, marian (default: plain, fused).")
  private List<Form> forms = List.of(Form.PLAIN, Form.FUSED);

  @Option(
      names = "--methods",
      split = ",",
      description = "greedy, sampling, beam, streams (default: greedy, sampling, beam).")
  private List<Workload.Method> methods =
      List.of(Workload.Method.GREEDY, Workload.Method.SAMPLING, Workload.Method.BEAM);

  @Option(names = "--batches", split = ",", description = "Rows of greedy search, and streams.")
  private List<Integer> batches = List.of(1, 2, 4, 8, 16);

  @Option(names = "--contexts", split = ",", description = "Prompt lengths, measured at batch 1.")
  private List<Integer> contexts = List.of(128, 1024, 2048);

  @Option(names = "--new-tokens", description = "Tokens that each prompt gets.")
  private int newTokens = 128;

  @Option(names = "--beams", description = "Beams of beam search.")
  private int beams = 4;

  @Option(names = "--rounds", description = "How often each program is measured.")
  private int rounds = 5;

  @Option(
      names = "--threads",
      split = ",",
      description = "Threads of every program; 0: its own default.")
  private List<Integer> threads = List.of(1, 2);

  @Option(
      names = "--programs",
      split = ",",
      description = "loquent, naive, llama.cpp, transformers.js, jlama, djl (default: all).")
  private List<String> engines = Engine.names();

  @Option(names = "--output", description = "A file for the table, besides standard output.")
  private @Nullable Path output;

  private final PrintStream out;
  private final PrintStream progress;

  /**
   * Creates the command.
   *
   * @param out receives the table
   * @param progress receives what is being done
   */
  public RunCommand(PrintStream out, PrintStream progress) {
    this.out = out;
    this.progress = progress;
  }

  @Override
  public Integer call() throws IOException {
    if (quick) {
      precisions = List.of(Precision.INT4.label());
      methods = List.of(Workload.Method.GREEDY);
      batches = List.of(1);
      contexts = List.of(128);
      newTokens = 32;
      rounds = 3;
      threads = List.of(0);
    }
    ModelLibrary library = models.library();
    Engines programs =
        new Engines(
            library,
            new Processes(peers, peerJava),
            models.folder().resolve("programs.log"),
            Collections.max(contexts) + newTokens + SPARE_TOKENS);
    Bandwidth bandwidth = new Bandwidth();
    Table table = new Table();
    StringBuilder machine = new StringBuilder();
    for (int count : threads) {
      int readers = count == 0 ? Runtime.getRuntime().availableProcessors() : count;
      machine.append(Machine.describe(bandwidth.measure(readers), readers)).append('\n');
      for (String precision : precisions) {
        measure(programs, bandwidth, table, count, Precision.of(precision));
      }
    }
    String report = machine + "\n" + table;
    out.print(report);
    if (output != null) {
      Files.writeString(output, report);
    }
    return 0;
  }

  /** Measures the programs on all workloads of one precision and one number of threads. */
  private void measure(
      Engines programs, Bandwidth bandwidth, Table table, int count, Precision precision)
      throws IOException {
    for (boolean marian : new boolean[] {false, true}) {
      List<Lane> lanes = lanes(programs, count, precision, marian);
      try {
        for (Workload workload : lanes.isEmpty() ? List.<Workload>of() : workloads()) {
          progress.println("threads " + count + ", " + precision.label() + ": " + workload);
          int readers = count == 0 ? Runtime.getRuntime().availableProcessors() : count;
          table.add(count, precision.label(), rounds(lanes, workload, bandwidth, readers));
        }
      } finally {
        lanes.forEach(Lane::close);
      }
    }
  }

  private List<Lane> lanes(Engines programs, int count, Precision precision, boolean marian)
      throws IOException {
    Set<Engine> chosen = new LinkedHashSet<>();
    engines.forEach(name -> chosen.add(Engine.of(name)));
    List<Form> wanted = forms.stream().filter(form -> (form == Form.MARIAN) == marian).toList();
    if (wanted.isEmpty()) {
      return List.of();
    }
    return marian
        ? programs.onnx(chosen, wanted, precision, count)
        : programs.decoders(chosen, wanted, precision, count);
  }

  /** Batches at the shortest context, and contexts at batch 1. */
  private List<Workload> workloads() {
    List<Workload> workloads = new ArrayList<>();
    for (Workload.Method method : methods) {
      boolean rows = method == Workload.Method.GREEDY || method == Workload.Method.STREAMS;
      for (int batch : rows ? batches : List.of(1)) {
        if (method == Workload.Method.STREAMS && batch == 1) {
          continue; // That is greedy search.
        }
        for (int context : batch == 1 ? contexts : contexts.subList(0, 1)) {
          int width = method == Workload.Method.BEAM ? beams : 1;
          workloads.add(new Workload(method, batch, width, context, newTokens));
        }
      }
    }
    return workloads;
  }

  private List<Row> rounds(List<Lane> lanes, Workload workload, Bandwidth bandwidth, int readers) {
    List<List<Measurement>> measurements = new ArrayList<>();
    List<@Nullable String> failures = new ArrayList<>();
    for (Lane lane : lanes) {
      measurements.add(new ArrayList<>());
      failures.add(lane.run(workload.withNewTokens(Math.min(WARM_UP_TOKENS, newTokens))).failure());
    }
    double[] speeds = new double[rounds];
    List<Integer> order = new ArrayList<>();
    for (int i = 0; i < lanes.size(); i++) {
      order.add(i);
    }
    for (int round = 0; round < rounds; round++) {
      speeds[round] = bandwidth.measure(readers);
      // Whoever comes first in one round comes last in the next.
      Collections.reverse(order);
      for (int i : order) {
        if (failures.get(i) == null) {
          Lane.Outcome outcome = lanes.get(i).run(workload);
          if (outcome.measurement() != null) {
            measurements.get(i).add(outcome.measurement());
          } else {
            failures.set(i, outcome.failure());
          }
        }
      }
    }
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < lanes.size(); i++) {
      if (lanes.get(i).engine() == Engine.NAIVE && measurements.get(i).isEmpty()) {
        continue; // Not a peer: what it has no loop for is no finding.
      }
      rows.add(
          new Row(
              lanes.get(i), workload, measurements.get(i), failures.get(i), Row.median(speeds)));
    }
    return rows;
  }
}
