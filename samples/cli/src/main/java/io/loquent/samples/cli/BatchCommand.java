package io.loquent.samples.cli;

import io.loquent.Generator;
import io.loquent.ModelConfig;
import io.loquent.spi.GeneratorProvider;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** One JSON object per line in, one out. */
@Command(
    name = "batch",
    description = {
      "Reads one JSON object per line and writes one per line, in the same order. The rows of a"
          + " line are run together. A bad line is answered with an error and stops nothing.",
      "",
      "In:  {\"id\":1,\"text\":\"eloquent\",\"options\":{\"num_beams\":4}}",
      "Out: {\"id\":1,\"rows\":[{\"sequences\":[{\"ids\":[..],\"text\":\"..\",\"score\":-1.2,"
          + "\"logprobs\":[..],\"finish_reason\":\"..\"}]}],\"usage\":{..}}",
      "",
      "In place of text: texts, pairs, input_ids or float_input. Also: decoder_input_ids."
    })
final class BatchCommand implements Callable<Integer> {

  private static final int BAR_WIDTH = 80;
  private static final int UNKNOWN = -1;

  private final Supplier<GeneratorProvider> provider;
  private final Terminal terminal;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Mixin private ModelChoice model = new ModelChoice();

  @Parameters(
      arity = "0..1",
      paramLabel = "FILE",
      description = "Requests, a JSON object per line; standard input if there is none.")
  private @Nullable Path input;

  @Option(
      names = "--output",
      paramLabel = "FILE",
      description = "Where the answers go; standard output if it is not given.")
  private @Nullable Path output;

  @Option(
      names = "--batch-size",
      paramLabel = "N",
      description = "Most rows of one line to run at once.")
  private @Nullable Integer batchSize;

  @Option(names = "--progress", description = "Shows a progress bar on standard error.")
  private boolean progress;

  BatchCommand(Supplier<GeneratorProvider> provider, Terminal terminal) {
    this.provider = provider;
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws IOException {
    checkFiles();
    ModelConfig config = model.read();
    if (batchSize != null) {
      config = config.toBuilder().batchSize(batchSize).build();
    }
    try (LineReader lines =
            new LineReader(input == null ? terminal.in() : Files.newInputStream(input));
        Generator generator = provider.get().open(config);
        PrintStream out = openOutput()) {
      BatchRun run = new BatchRun(generator, Tokenizers.isThere(config));
      if (progress) {
        try (ProgressBar bar = progressBar()) {
          run.run(lines, out, bar::step);
        }
      } else {
        run.run(lines, out, () -> {});
      }
      if (run.failures() > 0) {
        terminal
            .err()
            .println(
                "loquent: "
                    + run.failures()
                    + " of "
                    + run.lines()
                    + " lines failed; their answers have an error field");
      }
      return run.isCancelled() ? Interrupt.EXIT_CODE : 0;
    }
  }

  private PrintStream openOutput() throws IOException {
    return output == null
        ? terminal.out()
        : new PrintStream(
            new BufferedOutputStream(Files.newOutputStream(output)), false, StandardCharsets.UTF_8);
  }

  private void checkFiles() throws IOException {
    if (input != null && Files.isDirectory(input)) {
      throw new ParameterException(
          spec.commandLine(), input + " is a folder; expected a file with a JSON object per line");
    }
    if (input != null
        && output != null
        && Files.exists(output)
        && Files.exists(input)
        && Files.isSameFile(input, output)) {
      throw new ParameterException(
          spec.commandLine(), "--output " + output + " is the input file; name another one");
    }
  }

  private ProgressBar progressBar() throws IOException {
    return new ProgressBarBuilder()
        .setTaskName("batch")
        .setInitialMax(input == null ? UNKNOWN : countLines(input))
        .setUnit(" lines", 1)
        .showSpeed()
        .setConsumer(new ConsoleProgressBarConsumer(terminal.err(), BAR_WIDTH))
        .build();
  }

  private static long countLines(Path file) throws IOException {
    try (LineReader lines = new LineReader(Files.newInputStream(file))) {
      long count = 0;
      for (byte[] line = lines.next(); line != null; line = lines.next()) {
        count += LineReader.isBlank(line) ? 0 : 1;
      }
      return count;
    }
  }
}
