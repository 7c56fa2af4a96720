package io.loquent.samples.benchmarks.run;

import io.loquent.Decoding;
import io.loquent.GenerationOptions;
import io.loquent.GenerationRequest;
import io.loquent.ModelConfig;
import io.loquent.Option;
import io.loquent.decoding.DecodingLoop;
import io.loquent.decoding.DecodingState;
import io.loquent.decoding.SearchPrompt;
import io.loquent.decoding.SearchSetup;
import io.loquent.decoding.search.Searches;
import io.loquent.runtime.model.LoadedModel;
import io.loquent.runtime.model.OpenOptions;
import io.loquent.runtime.model.PromptRow;
import io.loquent.runtime.model.RunControl;
import io.loquent.samples.benchmarks.models.BenchmarkModel;
import io.loquent.samples.benchmarks.models.Form;
import io.loquent.samples.benchmarks.models.Precision;
import io.loquent.samples.benchmarks.worker.Workload;
import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/**
 * What a step of a beam search costs on a Marian shape, beside a step of the same graph with as
 * many rows and no search at all. One step of each in turn, so that what else happens on the
 * machine hits both.
 */
@Command(
    name = "beam-step",
    description =
        "Measures a step of beam search on a Marian shape beside a bare run of the same graph.")
public final class BeamStepCommand implements Callable<Integer> {

  private static final int SOURCE_TOKENS = 32;

  @Mixin private final ModelOptions models = new ModelOptions();

  @picocli.CommandLine.Option(names = "--beams", description = "Beams, and rows without search.")
  private int beams = 4;

  @picocli.CommandLine.Option(names = "--new-tokens", description = "Steps of each round.")
  private int newTokens = 64;

  @picocli.CommandLine.Option(names = "--rounds", description = "Rounds, after one to warm up.")
  private int rounds = 5;

  @picocli.CommandLine.Option(
      names = "--threads",
      split = ",",
      description = "Threads of a run; 0: the default.")
  private List<Integer> threads = List.of(1, 2);

  private final PrintStream out;
  private final List<Double> bareNanos = new ArrayList<>();
  private final List<Double> beamNanos = new ArrayList<>();
  private double reorderNanos;
  private int copiedRows;

  /**
   * Creates the command.
   *
   * @param out receives a line for each number of threads
   */
  public BeamStepCommand(PrintStream out) {
    this.out = out;
  }

  @Override
  public Integer call() throws IOException {
    BenchmarkModel built = models.library().onnx(Form.MARIAN, Precision.FP32);
    for (int count : threads) {
      ModelConfig.Builder config = ModelConfig.builder(built.folder());
      if (count > 0) {
        config.intraOpThreads(count);
      }
      try (LoadedModel model = LoadedModel.load(config.build(), new ArrayList<>())) {
        round(model, built, 0);
        forget();
        for (int round = 1; round <= rounds; round++) {
          round(model, built, round);
        }
        report(count);
      }
    }
    return 0;
  }

  private void forget() {
    bareNanos.clear();
    beamNanos.clear();
    reorderNanos = 0;
    copiedRows = 0;
  }

  private void round(LoadedModel model, BenchmarkModel built, int round) {
    int[] source =
        new Workload(Workload.Method.BEAM, 1, beams, SOURCE_TOKENS, newTokens)
            .prompt(round, built.vocabulary());
    PromptRow prompt = new PromptRow(new int[] {built.startToken()}, source, null);
    try (RunControl control = new RunControl();
        DecodingState bare = open(model, Collections.nCopies(beams, prompt), control);
        DecodingState searched = open(model, List.of(prompt), control)) {
      TimedState timed = new TimedState(searched);
      DecodingLoop loop = beamSearch(timed, source, model, built);
      bare.start();
      // The first two steps run the prompt, and make several rows of one.
      loop.step();
      loop.step();
      timed.takeReorderNanos();
      int copiedBefore = timed.copiedRows();
      int[] tokens = new int[beams];
      boolean more = true;
      for (int step = 2; more; step++) {
        Arrays.fill(tokens, step % built.vocabulary());
        long start = System.nanoTime();
        bare.append(tokens);
        long middle = System.nanoTime();
        more = loop.step();
        beamNanos.add((double) (System.nanoTime() - middle));
        bareNanos.add((double) (middle - start));
        reorderNanos += timed.takeReorderNanos();
      }
      copiedRows += timed.copiedRows() - copiedBefore;
    }
  }

  private DecodingState open(LoadedModel model, List<PromptRow> prompts, RunControl control) {
    return model.open(prompts, new OpenOptions(false, true, false, newTokens + 2), control);
  }

  private DecodingLoop beamSearch(
      DecodingState state, int[] source, LoadedModel model, BenchmarkModel built) {
    GenerationOptions options =
        model.defaults().toBuilder()
            .decoding(Decoding.beam(beams))
            .off(Option.EOS_TOKEN_ID)
            .maxNewTokens(newTokens)
            .build();
    SearchSetup setup =
        new SearchSetup(
            GenerationRequest.tokens(source).options(options).build(),
            options,
            new SearchPrompt(new int[] {built.startToken()}, source, Integer.MAX_VALUE),
            built.vocabulary(),
            null,
            0);
    return new DecodingLoop(
        state,
        List.of(Searches.of(setup)),
        (search, failure) -> {
          throw new IllegalStateException(failure);
        });
  }

  private void report(int count) {
    double total = beamNanos.stream().mapToDouble(Double::doubleValue).sum();
    out.printf(
        Locale.ROOT,
        "threads %d: step of %d beams %.2f ms, bare run of %d rows %.2f ms (medians of %d):"
            + " %.3fx; reordering %.2f %% of all steps, %.2f beams copied per step%n",
        count,
        beams,
        Row.median(array(beamNanos)) / 1e6,
        beams,
        Row.median(array(bareNanos)) / 1e6,
        beamNanos.size(),
        Row.median(array(beamNanos)) / Row.median(array(bareNanos)),
        100 * reorderNanos / total,
        copiedRows / (double) beamNanos.size());
    forget();
  }

  private static double[] array(List<Double> values) {
    return values.stream().mapToDouble(Double::doubleValue).toArray();
  }
}
