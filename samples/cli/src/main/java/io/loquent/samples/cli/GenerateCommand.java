package io.loquent.samples.cli;

import io.loquent.Cancellation;
import io.loquent.Candidate;
import io.loquent.FinishReason;
import io.loquent.GenerationOptions;
import io.loquent.GenerationRequest;
import io.loquent.GenerationResult;
import io.loquent.Generator;
import io.loquent.Input;
import io.loquent.ModelConfig;
import io.loquent.Speculation;
import io.loquent.spi.GeneratorProvider;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Text in, text out, as it is generated. */
@Command(
    name = "generate",
    description = {
      "Generates from a text and prints the result while it is generated.",
      "Several results (--num-return-sequences) are listed with their scores.",
      "Ctrl-C stops generating and keeps what there is."
    })
final class GenerateCommand implements Callable<Integer> {

  private final Supplier<GeneratorProvider> provider;
  private final Terminal terminal;
  private final BooleanSupplier verbose;

  @Mixin private ModelChoice model = new ModelChoice();
  @Mixin private OptionFlags flags = new OptionFlags();

  @Option(
      names = "--color-drafts",
      description = "Prints the text at its end, with the tokens that were guessed right in green.")
  private boolean colors;

  @Option(
      names = "--show-steps",
      description = {
        "Prints the canvas after each run of the model, for models that decode in parallel.",
        "A slot that is not filled shows the mask token."
      })
  private boolean steps;

  @Mixin private TextSource source = new TextSource();

  GenerateCommand(
      Supplier<GeneratorProvider> provider, Terminal terminal, BooleanSupplier verbose) {
    this.provider = provider;
    this.terminal = terminal;
    this.verbose = verbose;
  }

  @Override
  public Integer call() {
    GenerationOptions options = flags.read();
    ModelConfig config = model.read();
    Input input = source.read(terminal);
    try (Generator generator = provider.get().open(config)) {
      Cancellation cancellation = Cancellation.create();
      GenerationRequest request =
          GenerationRequest.of(input).options(options).cancellation(cancellation).build();
      boolean severalAskedFor = options.get(io.loquent.Option.NUM_RETURN_SEQUENCES).orElse(1) > 1;
      GenerationResult result =
          Interrupt.cancelling(
              cancellation,
              () -> {
                if (steps) {
                  return TextPrinter.steps(generator, request, terminal.out());
                }
                return severalAskedFor || colors
                    ? generator.generate(request)
                    : TextPrinter.stream(generator, request, terminal.out());
              });
      if (result.candidates().size() > 1) {
        TextPrinter.list(result, terminal.out());
      } else if (colors) {
        TextPrinter.colored(result, terminal.out());
      }
      if (verbose.getAsBoolean()) {
        printStatistics(result);
      }
      if (verbose.getAsBoolean() || flags.drafts()) {
        result.speculation().ifPresent(this::printSpeculation);
      }
      return isCancelled(result) ? Interrupt.EXIT_CODE : 0;
    }
  }

  private static boolean isCancelled(GenerationResult result) {
    return result.candidates().stream()
        .map(Candidate::finishReason)
        .anyMatch(FinishReason.CANCELLED::equals);
  }

  private void printSpeculation(Speculation speculation) {
    terminal
        .err()
        .printf(
            Locale.ROOT,
            "%d of %d guessed tokens were right (%.0f%%), %.2f per round; %d model runs saved%s%n",
            speculation.acceptedTokens(),
            speculation.draftedTokens(),
            100 * speculation.acceptance(),
            speculation.acceptedPerRound(),
            speculation.modelRunsSaved(),
            speculation.exact()
                ? ""
                : "; this graph quantizes activations at each run, so the text may differ from one"
                    + " without guesses");
  }

  private void printStatistics(GenerationResult result) {
    terminal
        .err()
        .printf(
            Locale.ROOT,
            "%d prompt tokens, %d generated tokens, %d model runs; first token after %d ms, all"
                + " after %d ms; ended by %s%n",
            result.usage().promptTokens(),
            result.usage().generatedTokens(),
            result.usage().modelRuns(),
            result.timings().timeToFirstToken().toMillis(),
            result.timings().total().toMillis(),
            result.best().finishReason());
  }
}
