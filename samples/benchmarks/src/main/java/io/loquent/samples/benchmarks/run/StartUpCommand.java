package io.loquent.samples.benchmarks.run;

import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
import io.loquent.samples.benchmarks.engines.Loading;
import io.loquent.samples.benchmarks.models.BenchmarkModel;
import io.loquent.samples.benchmarks.models.Form;
import io.loquent.samples.benchmarks.models.ModelLibrary;
import io.loquent.samples.benchmarks.models.Precision;
import io.loquent.samples.benchmarks.worker.Workload;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * From the start of a process to its first token: each way of loading in a new process per round.
 * The files stay in the system's cache from round to round.
 */
@Command(
    name = "start-up",
    description = "Measures new processes from their start to the first token; prints one table.")
public final class StartUpCommand implements Callable<Integer> {

  @Mixin private final ModelOptions models = new ModelOptions();

  @Option(
      names = "--peers",
      description = "The folder of the peers (default: peers in this sample).")
  private Path peers = Processes.home().resolveSibling("peers");

  @Option(names = "--peer-java", description = "Home of the JDK that runs the peers.")
  private @Nullable Path peerJava;

  @Option(names = "--precisions", split = ",", description = "As of run (default: fp32, int4).")
  private List<String> precisions = List.of(Precision.FP32.label(), Precision.INT4.label());

  @Option(names = "--forms", split = ",", description = "plain, fused (default: both).")
  private List<Form> forms = List.of(Form.PLAIN, Form.FUSED);

  @Option(names = "--context", description = "Length of the prompt, in tokens.")
  private int context = 128;

  @Option(names = "--rounds", description = "How many processes of each kind.")
  private int rounds = 5;

  @Option(names = "--threads", description = "Threads of every program; 0: its own default.")
  private int threads;

  private final PrintStream out;
  private final PrintStream progress;

  /**
   * Creates the command.
   *
   * @param out receives the table
   * @param progress receives what is being done
   */
  public StartUpCommand(PrintStream out, PrintStream progress) {
    this.out = out;
    this.progress = progress;
  }

  @Override
  public Integer call() throws IOException {
    ModelLibrary library = models.library();
    Engines engines =
        new Engines(
            library,
            new Processes(peers, peerJava),
            models.folder().resolve("programs.log"),
            context + StartUp.NEW_TOKENS);
    StartUpTable table = new StartUpTable();
    Path cache = Files.createTempDirectory(models.folder(), "optimized-");
    try {
      for (String precision : precisions) {
        for (StartUp startUp : startUps(engines, library, Precision.of(precision), cache)) {
          table.add(startUp);
        }
      }
    } finally {
      delete(cache);
    }
    out.print(table);
    return 0;
  }

  private List<StartUp> startUps(
      Engines engines, ModelLibrary library, Precision precision, Path cache) throws IOException {
    List<StartUp> startUps = new ArrayList<>();
    for (Form form : forms) {
      BenchmarkModel model = library.onnx(form, precision);
      Path own = cache.resolve(form.label() + "-" + precision.label());
      String name = precision.label() + " " + form.label();
      startUps.add(loquent(engines, name, "defaults", model, Loading.DEFAULT));
      startUps.add(loquent(engines, name, "warm_up", model, new Loading(null, true)));
      startUps.add(
          new StartUp(
              name,
              "Loquent, optimized_model_cache, nothing in it",
              () -> {
                delete(own);
                return engines.loquent(model, threads, new Loading(own, false));
              }));
      startUps.add(loquent(engines, name, "optimized_model_cache", model, new Loading(own, false)));
      startUps.add(
          loquent(engines, name, "optimized_model_cache, warm_up", model, new Loading(own, true)));
      startUps.add(
          new StartUp(name, "transformers.js", () -> engines.transformersJs(model, threads)));
    }
    startUps.add(
        new StartUp(
            precision.label() + " gguf", "llama.cpp", () -> engines.llamaCpp(precision, threads)));
    Workload workload = new Workload(Workload.Method.GREEDY, 1, 1, context, StartUp.NEW_TOKENS);
    for (int round = 1; round <= rounds; round++) {
      progress.println(precision.label() + ": round " + round + " of " + rounds);
      for (StartUp startUp : startUps) {
        startUp.run(workload);
      }
    }
    return startUps;
  }

  private StartUp loquent(
      Engines engines, String name, String settings, BenchmarkModel model, Loading loading) {
    return new StartUp(
        name, "Loquent, " + settings, () -> engines.loquent(model, threads, loading));
  }

  private static void delete(Path folder) throws IOException {
    if (Files.exists(folder)) {
      // What is deleted was made here; nobody swaps links into it.
      MoreFiles.deleteRecursively(folder, RecursiveDeleteOption.ALLOW_INSECURE);
    }
  }
}
