package io.loquent.samples.benchmarks.pronunciation;

import io.loquent.Generator;
import io.loquent.ModelConfig;
import io.loquent.samples.benchmarks.run.Machine;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * Errors, time and model runs of every way to decode the bundled pronunciation models, on words
 * that none of them has seen. All take turns on each block of words, so that what else happens on
 * the machine hits all of them.
 */
@Command(
    name = "pronunciation",
    description =
        "Measures errors and time of the bundled pronunciation models, by all their decodings.")
public final class PronunciationCommand implements Callable<Integer> {

  private static final int BATCH = 32;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(
      names = "--models",
      required = true,
      description = "The folder of the bundled models, samples/models.")
  private Path models = Path.of("samples", "models");

  @Option(
      names = "--words",
      description = "How many of the held-out words, spread over the list (default: all).")
  private int words = Integer.MAX_VALUE;

  @Option(names = "--rounds", description = "How often all words are measured.")
  private int rounds = 3;

  @Option(names = "--warm-up", description = "Batches of words before those that count.")
  private int warmUp = 10;

  @Option(names = "--threads", description = "Threads of a run.")
  private int threads = 1;

  @Option(names = "--output", description = "A file for the table, besides standard output.")
  private @Nullable Path output;

  @Option(names = "--plot", description = "A file for the plot, in SVG.")
  private @Nullable Path plot;

  private final PrintStream out;
  private final PrintStream progress;

  /**
   * Creates the command.
   *
   * @param out receives the table
   * @param progress receives a line when a round begins
   */
  public PronunciationCommand(PrintStream out, PrintStream progress) {
    this.out = out;
    this.progress = progress;
  }

  @Override
  public Integer call() throws IOException {
    if (words < 1 || rounds < 1 || warmUp < 0 || threads < 1) {
      throw new ParameterException(
          spec.commandLine(),
          "--words, --rounds and --threads must be at least 1, and --warm-up at least 0");
    }
    List<HeldOutWord> chosen =
        HeldOutWord.spread(
            HeldOutWord.read(models.resolve("g2p-transformer").resolve("test.tsv")), words);
    PronunciationReport report = new PronunciationReport(measure(blocks(chosen)), BATCH);
    String text =
        Machine.describe()
            + "\n"
            + chosen.size()
            + " held-out words, rounds: "
            + rounds
            + ", threads: "
            + threads
            + ".\n\n"
            + report.markdown();
    out.print(text);
    if (output != null) {
      Files.writeString(output, text);
    }
    if (plot != null) {
      Files.writeString(plot, report.svg());
    }
    return 0;
  }

  private static List<List<HeldOutWord>> blocks(List<HeldOutWord> words) {
    List<List<HeldOutWord>> blocks = new ArrayList<>();
    for (int from = 0; from < words.size(); from += BATCH) {
      blocks.add(words.subList(from, Math.min(words.size(), from + BATCH)));
    }
    return blocks;
  }

  private List<TrialResult> measure(List<List<HeldOutWord>> blocks) {
    Map<Path, Map<String, Generator>> open = new LinkedHashMap<>();
    try {
      List<Trial> trials = new ArrayList<>();
      for (Contestant contestant : Contestant.all(models)) {
        Generator generator =
            open.computeIfAbsent(
                    models.resolve(contestant.folder()), folder -> new LinkedHashMap<>())
                .computeIfAbsent(contestant.precision(), precision -> open(contestant));
        trials.add(new Trial(contestant, generator, blocks, rounds));
      }
      progress.println("warming up");
      for (int i = 0; i < warmUp; i++) {
        for (Trial trial : trials) {
          trial.warmUp(i % blocks.size());
        }
      }
      for (int round = 0; round < rounds; round++) {
        progress.println("round " + (round + 1) + " of " + rounds);
        for (int block = 0; block < blocks.size(); block++) {
          takeTurns(trials, block, round);
        }
      }
      return trials.stream().map(Trial::result).toList();
    } finally {
      open.values().forEach(byPrecision -> byPrecision.values().forEach(Generator::close));
    }
  }

  private Generator open(Contestant contestant) {
    return Generator.open(
        ModelConfig.builder(models.resolve(contestant.folder()))
            .precision(contestant.precision())
            .intraOpThreads(threads)
            .batchSize(BATCH)
            .build());
  }

  /** In the opposite order in the next round. */
  private static void takeTurns(List<Trial> trials, int block, int round) {
    for (int i = 0; i < trials.size(); i++) {
      trials.get(round % 2 == 0 ? i : trials.size() - 1 - i).run(block, round);
    }
  }
}
