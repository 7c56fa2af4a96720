package io.loquent.samples.benchmarks.encoders;

import ai.onnxruntime.OrtException;
import io.loquent.samples.benchmarks.models.BertShape;
import io.loquent.samples.benchmarks.models.LlamaShape;
import io.loquent.samples.benchmarks.models.MarianShape;
import io.loquent.samples.benchmarks.models.ModelLibrary;
import io.loquent.samples.benchmarks.models.Precision;
import io.loquent.samples.benchmarks.run.Machine;
import io.loquent.samples.benchmarks.run.Processes;
import io.loquent.spi.Tokenizer;
import io.loquent.tokenizers.TokenizerFolder;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * How many sentences of ragged lengths are embedded in a second, by Loquent and by a plain loop
 * over the same graph. All take turns on the same sentences, so that what else happens on the
 * machine hits all of them.
 */
@Command(
    name = "encoders",
    description =
        "Measures embedding sentences of ragged lengths beside a plain loop over the same graph.")
public final class EncodersCommand implements Callable<Integer> {

  private static final int BATCH = 32;

  /** Between a row alone and the same row in a batch, where activations are not quantized. */
  private static final double TOLERANCE = 1e-4;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(
      names = "--models",
      description = "Where models are built and kept (default: beside the jar).")
  private Path models = Processes.home().resolve("benchmark-models");

  @Option(
      names = "--tiny",
      description = "Takes a tiny shape: tries the command, measures nothing.")
  private boolean tiny;

  @Option(
      names = "--precisions",
      split = ",",
      description = "How weights are stored: fp32, int8-dynamic, int8, int4.")
  private List<String> precisions = List.of("fp32", "int8-dynamic");

  @Option(names = "--sentences", description = "How many sentences a round has.")
  private int sentences = 256;

  @Option(names = "--rounds", description = "Rounds, after one to warm up.")
  private int rounds = 5;

  @Option(names = "--threads", description = "Threads of a run; 0: the defaults.")
  private int threads;

  @Option(
      names = "--peers",
      description = "The folder with the peers: measures transformers.js too, if it is installed.")
  private @Nullable Path peers;

  @Option(names = "--output", description = "A file for the table, besides standard output.")
  private @Nullable Path output;

  private final PrintStream out;
  private final PrintStream progress;

  /**
   * Creates the command.
   *
   * @param out receives the table
   * @param progress receives a line when a precision begins
   */
  public EncodersCommand(PrintStream out, PrintStream progress) {
    this.out = out;
    this.progress = progress;
  }

  @Override
  public Integer call() throws Exception {
    if (sentences < 1 || rounds < 1 || threads < 0) {
      throw new ParameterException(
          spec.commandLine(), "--sentences and --rounds must be at least 1, --threads at least 0");
    }
    List<Precision> wanted = precisions.stream().map(this::precision).toList();
    BertShape shape = tiny ? BertShape.TINY : BertShape.MINILM_L12;
    Files.createDirectories(models);
    ModelLibrary library =
        new ModelLibrary(models.toAbsolutePath(), LlamaShape.TINY, MarianShape.TINY);
    List<String> texts = Sentences.of(sentences);
    EncodersReport report = new EncodersReport(shape, rounds, threads);
    for (Precision precision : wanted) {
      progress.println(precision.label());
      Path folder = library.encoder(shape, precision);
      int[] lengths = lengths(folder, texts);
      try (Contest contest = new Contest(contenders(folder), texts)) {
        for (int round = 0; round <= rounds; round++) {
          contest.round(round);
        }
        if (precision == Precision.FP32) {
          contest.requireSameVectors(TOLERANCE);
        }
        report.add(precision, lengths, contest);
      }
    }
    String text = Machine.describe() + "\n" + report;
    out.print(text);
    if (output != null) {
      Files.writeString(output, text);
    }
    return 0;
  }

  private Precision precision(String label) {
    try {
      return Precision.of(label);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(
          spec.commandLine(),
          "no precision \"" + label + "\"; known: fp32, int8-dynamic, int8, int4",
          e);
    }
  }

  private List<Contender> contenders(Path folder) throws IOException, OrtException {
    List<Contender> contenders = new ArrayList<>();
    contenders.add(new PlainLoop(folder, threads, 1));
    contenders.add(new LoquentEmbedding(folder, threads, 1));
    contenders.add(new PlainLoop(folder, threads, BATCH));
    contenders.add(new LoquentEmbedding(folder, threads, BATCH));
    if (peers != null) {
      Processes processes = new Processes(peers, null);
      contenders.add(new TransformersJs(processes, folder, threads, 1));
      contenders.add(new TransformersJs(processes, folder, threads, BATCH));
    }
    return contenders;
  }

  private static int[] lengths(Path folder, List<String> texts) {
    try (Tokenizer tokenizer = TokenizerFolder.load(folder).orElseThrow()) {
      return texts.stream().mapToInt(text -> tokenizer.encode(text, true).length).toArray();
    }
  }
}
