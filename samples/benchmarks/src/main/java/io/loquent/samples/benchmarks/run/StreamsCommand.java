package io.loquent.samples.benchmarks.run;

import io.loquent.Decoding;
import io.loquent.GenerationOptions;
import io.loquent.GenerationRequest;
import io.loquent.Generator;
import io.loquent.ModelConfig;
import io.loquent.Token;
import io.loquent.samples.benchmarks.engines.ConcurrentRequests;
import io.loquent.samples.benchmarks.models.BenchmarkModel;
import io.loquent.samples.benchmarks.models.Form;
import io.loquent.samples.benchmarks.models.ModelLibrary;
import io.loquent.samples.benchmarks.models.Precision;
import io.loquent.samples.benchmarks.worker.Workload;
import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * How much faster several requests generate in one running batch than one does. One request and
 * several take turns in one process, so that what else happens on the machine hits both.
 */
@Command(
    name = "streams",
    description = "Measures concurrent requests in one running batch beside a single one, in turn.")
public final class StreamsCommand implements Callable<Integer> {

  private static final long SEED = 3;

  @Mixin private final ModelOptions models = new ModelOptions();

  @Option(
      names = "--precisions",
      split = ",",
      description = "fp32, int8, int8-dynamic, int4 (default: int4, fp32).")
  private List<String> precisions = List.of(Precision.INT4.label(), Precision.FP32.label());

  @Option(names = "--streams", description = "How many requests run at the same time.")
  private int streams = 8;

  @Option(names = "--context", description = "Length of every prompt.")
  private int context = 128;

  @Option(names = "--new-tokens", description = "Tokens that each request gets.")
  private int newTokens = 96;

  @Option(names = "--rounds", description = "Rounds, after one to warm up.")
  private int rounds = 7;

  @Option(names = "--threads", split = ",", description = "Threads of a run; 0: the default.")
  private List<Integer> threads = List.of(0);

  @Spec private CommandSpec spec = CommandSpec.create();

  private final PrintStream out;

  /**
   * Creates the command.
   *
   * @param out receives the table
   */
  public StreamsCommand(PrintStream out) {
    this.out = out;
  }

  @Override
  public Integer call() throws IOException, ExecutionException, InterruptedException {
    if (streams < 1 || rounds < 1 || context < 1 || newTokens < 2) {
      throw new ParameterException(
          spec.commandLine(),
          "--streams, --rounds and --context must be at least 1, --new-tokens at least 2: the first"
              + " token of a request is its prompt's");
    }
    ModelLibrary library = models.library();
    MarkdownTable table =
        new MarkdownTable(
            List.of(
                "precision",
                "threads",
                "one request tok/s",
                streams + " requests tok/s",
                "ratio",
                "other tokens than alone"));
    for (String label : precisions) {
      BenchmarkModel model = library.onnx(Form.FUSED, Precision.of(label));
      for (int count : threads) {
        table.add(measure(model, label, count));
      }
    }
    out.print(Machine.describe() + "\n\n" + table);
    return 0;
  }

  private List<String> measure(BenchmarkModel model, String precision, int count)
      throws ExecutionException, InterruptedException {
    ModelConfig.Builder config = ModelConfig.builder(model.folder()).continuousBatching(true);
    if (count > 0) {
      config.intraOpThreads(count);
    }
    List<GenerationRequest> requests = requests(model.vocabulary());
    double[] alone = new double[rounds];
    double[] together = new double[rounds];
    int different = 0;
    try (Generator generator = Generator.open(config.build())) {
      List<List<Integer>> expected = new ArrayList<>();
      for (GenerationRequest request : requests) {
        expected.add(generator.generate(request).best().tokens().stream().map(Token::id).toList());
      }
      ConcurrentRequests.run(generator, requests);
      for (int round = 0; round < rounds; round++) {
        GenerationRequest one = requests.get(round % streams);
        alone[round] = ConcurrentRequests.run(generator, List.of(one)).tokensPerSecond();
        ConcurrentRequests all = ConcurrentRequests.run(generator, requests);
        together[round] = all.tokensPerSecond();
        different += all.different(expected);
      }
    }
    return List.of(
        precision,
        count == 0 ? "default" : String.valueOf(count),
        MarkdownTable.number("%.1f", Row.median(alone)),
        MarkdownTable.number("%.1f", Row.median(together)),
        MarkdownTable.number("%.2fx", Row.median(together) / Row.median(alone)),
        different + " of " + rounds * streams);
  }

  private List<GenerationRequest> requests(int vocabulary) {
    Workload workload = new Workload(Workload.Method.STREAMS, streams, 1, context, newTokens);
    List<GenerationRequest> requests = new ArrayList<>();
    for (int row = 0; row < streams; row++) {
      GenerationOptions options =
          GenerationOptions.builder()
              .decoding(Decoding.greedy())
              .off(io.loquent.Option.EOS_TOKEN_ID)
              .maxNewTokens(newTokens)
              .seed(SEED + row)
              .build();
      requests.add(
          GenerationRequest.tokens(workload.prompt(row, vocabulary)).options(options).build());
    }
    return requests;
  }
}
