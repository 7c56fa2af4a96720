package io.loquent.samples.benchmarks.engines;

import io.loquent.Decoding;
import io.loquent.GenerationOptions;
import io.loquent.GenerationRequest;
import io.loquent.GenerationResult;
import io.loquent.Generator;
import io.loquent.ModelConfig;
import io.loquent.Option;
import io.loquent.Token;
import io.loquent.samples.benchmarks.worker.Measurement;
import io.loquent.samples.benchmarks.worker.Meter;
import io.loquent.samples.benchmarks.worker.Program;
import io.loquent.samples.benchmarks.worker.Workload;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Loquent as an application uses it: a {@link Generator} on a model folder. */
public final class LoquentProgram implements Program {

  private static final long SEED = 3;

  private final ModelConfig config;
  private final int vocabulary;
  private final Map<Workload, List<List<Integer>>> alone = new HashMap<>();
  private Generator generator;
  private boolean shared;

  private LoquentProgram(ModelConfig config, int vocabulary) {
    this.config = config;
    this.vocabulary = vocabulary;
    generator = Generator.open(config);
  }

  /**
   * Opens a model folder.
   *
   * @param folder where it is
   * @param vocabulary number of tokens
   * @param threads of one operator; 0 leaves Loquent's default
   * @param loading what else decides how it is loaded
   * @return the program
   */
  public static LoquentProgram open(Path folder, int vocabulary, int threads, Loading loading) {
    ModelConfig.Builder config = ModelConfig.builder(folder).warmUp(loading.warmUp());
    if (threads > 0) {
      config.intraOpThreads(threads);
    }
    if (loading.optimizedModelCache() != null) {
      config.optimizedModelCache(loading.optimizedModelCache());
    }
    return new LoquentProgram(config.build(), vocabulary);
  }

  @Override
  public Measurement run(Workload workload) throws Exception {
    if (workload.method() == Workload.Method.STREAMS) {
      return streams(workload);
    }
    share(false);
    if (workload.batch() == 1 && workload.method() != Workload.Method.BEAM) {
      return solo(workload);
    }
    return together(workload);
  }

  /** Opens the model again where the other way to serve calls is needed: one is open at a time. */
  private void share(boolean continuousBatching) {
    if (shared != continuousBatching) {
      generator.close();
      shared = continuousBatching;
      generator = Generator.open(config.toBuilder().continuousBatching(shared).build());
    }
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

  /**
   * Every request on a thread of its own, all in one running batch. Fails if a request gets other
   * tokens than it gets alone, unless the model notes that its numbers depend on the batch.
   */
  private Measurement streams(Workload workload) throws Exception {
    if (!alone.containsKey(workload)) {
      share(false);
      List<List<Integer>> expected = new ArrayList<>();
      for (int row = 0; row < workload.batch(); row++) {
        expected.add(ids(generator.generate(request(workload, row))));
      }
      alone.put(workload, expected);
    }
    share(true);
    List<GenerationRequest> requests = new ArrayList<>();
    for (int row = 0; row < workload.batch(); row++) {
      requests.add(request(workload, row));
    }
    Meter meter = new Meter();
    meter.start();
    ConcurrentRequests streams = ConcurrentRequests.run(generator, requests);
    Measurement all = meter.stop(0);
    requireSame(streams, alone.get(workload));
    return new Measurement(
        streams.tokens() + workload.batch(),
        streams.firstMillis(),
        streams.totalMillis(),
        Double.NaN,
        Double.NaN,
        all.residentBytes());
  }

  private void requireSame(ConcurrentRequests streams, List<List<Integer>> expected) {
    int different = streams.different(expected);
    boolean mayDiffer =
        generator.model().notes().stream().anyMatch(note -> note.contains("per call"));
    String count = different + " of " + expected.size() + " requests have other tokens than alone";
    if (different > 0 && !mayDiffer) {
      throw new IllegalStateException(count);
    }
    System.err.println(count);
  }

  private static List<Integer> ids(GenerationResult result) {
    return result.best().tokens().stream().map(Token::id).toList();
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
