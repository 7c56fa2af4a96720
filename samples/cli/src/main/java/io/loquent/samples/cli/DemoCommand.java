package io.loquent.samples.cli;

import io.loquent.Cancellation;
import io.loquent.Decoding;
import io.loquent.GenerationRequest;
import io.loquent.GenerationResult;
import io.loquent.Generator;
import io.loquent.ModelConfig;
import io.loquent.spi.GeneratorProvider;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Runs both bundled models. */
@Command(
    name = "demo",
    description = "Pronounces a word by beam search and streams a text, with the bundled models.")
final class DemoCommand implements Callable<Integer> {

  private static final String PROMPT = "ROMEO:\n";
  private static final int SEED = 5;

  private final Supplier<GeneratorProvider> provider;
  private final Terminal terminal;

  @Parameters(
      arity = "0..1",
      paramLabel = "WORD",
      defaultValue = "artificially",
      description = "The word to pronounce; ${DEFAULT-VALUE} if none is given.")
  private String word = "artificially";

  @Option(
      names = "--models",
      paramLabel = "DIR",
      description = "The folder of the bundled models; found by itself in the source tree.")
  private @Nullable Path models;

  DemoCommand(Supplier<GeneratorProvider> provider, Terminal terminal) {
    this.provider = provider;
    this.terminal = terminal;
  }

  @Override
  public Integer call() {
    Path folder = models == null ? BundledModels.find() : models;
    ModelConfig pronunciation = ModelConfig.load(folder.resolve("g2p-transformer"));
    ModelConfig shakespeare = ModelConfig.load(folder.resolve("lm-shakespeare"));
    pronounce(pronunciation);
    return continueText(shakespeare);
  }

  private void pronounce(ModelConfig model) {
    PrintStream out = terminal.out();
    out.println("g2p-transformer: how is \"" + word + "\" pronounced? Beam search, 3 best of 5:");
    try (Generator generator = provider.get().open(model)) {
      GenerationRequest request =
          GenerationRequest.text(word)
              .options(options -> options.decoding(Decoding.beam(5).numReturnSequences(3)))
              .build();
      TextPrinter.list(generator.generate(request), out);
    }
    out.println();
  }

  private int continueText(ModelConfig model) {
    PrintStream out = terminal.out();
    out.println("lm-shakespeare: what does Romeo say? Sampling, streamed, seed " + SEED + ":");
    try (Generator generator = provider.get().open(model)) {
      Cancellation cancellation = Cancellation.create();
      GenerationRequest request =
          GenerationRequest.text(PROMPT)
              .options(
                  options ->
                      options
                          .decoding(Decoding.sampling().temperature(0.8).topP(0.95))
                          .seed(SEED)
                          .maxNewTokens(60))
              .cancellation(cancellation)
              .build();
      out.print(PROMPT);
      GenerationResult result =
          Interrupt.cancelling(
              cancellation, () -> TextPrinter.stream(generator, request, terminal.out()));
      out.printf(
          "(%d tokens in %d ms)%n",
          result.usage().generatedTokens(), result.timings().total().toMillis());
      return cancellation.isCancelled() ? Interrupt.EXIT_CODE : 0;
    }
  }
}
