package io.loquent.samples.benchmarks.engines;

import io.loquent.Decoding;
import io.loquent.GenerationOptions;
import io.loquent.GenerationRequest;
import io.loquent.GenerationResult;
import io.loquent.Generator;
import io.loquent.ModelConfig;
import io.loquent.Option;
import io.loquent.samples.benchmarks.worker.Measurement;
import io.loquent.samples.benchmarks.worker.Meter;
import io.loquent.samples.benchmarks.worker.Program;
import io.loquent.samples.benchmarks.worker.Workload;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Loquent as an application uses it: a {@link Generator} on a model folder. */
public final class LoquentProgram implements Program {

  private static final long SEED = 3;

  private final Generator generator;
  private final int vocabulary;

  private LoquentProgram(Generator generator, int vocabulary) {
    this.generator = generator;
    this.vocabulary = vocabulary;
  }

  /**
   * Opens a model folder.
   *
   * @param folder where it is
   * @param vocabulary number of tokens
   * @param threads of one operator; 0 leaves Loquent's default
   * @return the program
   */
  public static LoquentProgram open(Path folder, int vocabulary, int threads) {
    ModelConfig.Builder config = ModelConfig.builder(folder);
    if (threads > 0) {
      config.intraOpThreads(threads);
    }
    return new LoquentProgram(Generator.open(config.build()), vocabulary);
  }

  @Override
  public Measurement run(Workload workload) throws Exception {
    if (workload.method() == Workload.Method.STREAMS) {
      return streams(workload);
    }
    if (workload.batch() == 1 && workload.method() != Workload.Method.BEAM) {
      return solo(workload);
    }
    return together(workload);
  }

  private Measurement solo(Workload workload) {
    GenerationRequest request = request(workload, 0);
    Meter meter = new Meter();
    meter.start();
    GenerationResult result = generator.generate(request, token -> meter.firstToken());
    return meter.stop(result.usage().generatedTokens());
  }

  /**
   * A batch or a beam search says only at its end when its first token was there, and nothing of
   * processor time or allocation then. Those are the difference to a call for a single token.
   */
  private Measurement together(Workload workload) {
    Meter firstMeter = new Meter();
    firstMeter.start();
    firstMeter.firstToken();
    // Its first token counts as generated after the meter's mark, so it holds the prefill's cost.
    generate(workload.withNewTokens(1));
    Measurement one = firstMeter.stop(workload.batch());
    Meter meter = new Meter();
    meter.start();
    meter.firstToken();
    List<GenerationResult> results = generate(workload);
    int tokens = results.stream().mapToInt(result -> result.best().tokens().size()).sum();
    Measurement all = meter.stop(tokens);
    double first =
        results.stream()
            .mapToDouble(result -> result.timings().timeToFirstToken().toNanos() / 1e6)
            .max()
            .orElse(Double.NaN);
    return new Measurement(
        tokens,
        first,
        all.totalMillis(),
        all.decodeCpuMillis() - one.decodeCpuMillis(),
        all.decodeBytes() - one.decodeBytes(),
        all.residentBytes());
  }

  private List<GenerationResult> generate(Workload workload) {
    List<GenerationRequest> requests = new ArrayList<>();
    for (int row = 0; row < workload.batch(); row++) {
      requests.add(request(workload, row));
    }
    return requests.size() == 1
        ? List.of(generator.generate(requests.get(0)))
        : generator.generateAll(requests);
  }

  /** Every request on a thread of its own; the first token is the last request's first. */
  private Measurement streams(Workload workload) throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(workload.batch());
    try {
      List<Callable<GenerationResult>> calls = new ArrayList<>();
      for (int row = 0; row < workload.batch(); row++) {
        GenerationRequest request = request(workload, row);
        calls.add(() -> generator.generate(request));
      }
      Meter meter = new Meter();
      meter.start();
      double first = 0;
      int tokens = 0;
      for (Future<GenerationResult> future : threads.invokeAll(calls)) {
        GenerationResult result = future.get();
        first = Math.max(first, result.timings().timeToFirstToken().toNanos() / 1e6);
        tokens += result.usage().generatedTokens();
      }
      Measurement all = meter.stop(tokens);
      return new Measurement(
          tokens, first, all.totalMillis(), Double.NaN, Double.NaN, all.residentBytes());
    } finally {
      threads.shutdown();
    }
  }

  private GenerationRequest request(Workload workload, int row) {
    GenerationOptions options =
        GenerationOptions.builder()
            .decoding(decoding(workload))
            .off(Option.EOS_TOKEN_ID)
            .maxNewTokens(workload.newTokens())
            .seed(SEED + row)
            .build();
    return GenerationRequest.tokens(workload.prompt(row, vocabulary)).options(options).build();
  }

  private static Decoding decoding(Workload workload) {
    return switch (workload.method()) {
      case GREEDY, STREAMS -> Decoding.greedy();
      case SAMPLING ->
          Decoding.sampling()
              .temperature(Workload.TEMPERATURE)
              .topK(Workload.TOP_K)
              .topP(Workload.TOP_P);
      case BEAM -> Decoding.beam(workload.beams());
    };
  }
}
