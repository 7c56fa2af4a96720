package io.loquent.samples.cli;

import io.loquent.Generator;
import io.loquent.Input;
import io.loquent.ModelConfig;
import io.loquent.Score;
import io.loquent.internal.json.Json;
import io.loquent.spi.GeneratorProvider;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Prints how probable a text is to the model. */
@Command(
    name = "score",
    description = {
      "Prints the log-probability of each token of a text, their sum and the perplexity.",
      "With a target: of the target, given the text. An encoder-decoder model needs a target."
    })
final class ScoreCommand implements Callable<Integer> {

  private final Supplier<GeneratorProvider> provider;
  private final Terminal terminal;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Mixin private ModelChoice model = new ModelChoice();
  @Mixin private TextSource source = new TextSource();

  @ArgGroup(exclusive = true, multiplicity = "0..1")
  private Target target = new Target();

  @Option(names = "--json", description = "Prints one JSON object.")
  private boolean json;

  private static final class Target {
    @Option(names = "--target", paramLabel = "TEXT", description = "The text to score.")
    private @Nullable String text;

    @Option(
        names = "--target-ids",
        split = ",",
        paramLabel = "ID",
        description = "The token ids to score.")
    private int @Nullable [] ids;

    private @Nullable Input read(CommandSpec spec) {
      if (ids != null) {
        return Input.tokens(ids);
      }
      return text == null ? null : Input.text(TextSource.checked(spec, text));
    }
  }

  ScoreCommand(Supplier<GeneratorProvider> provider, Terminal terminal) {
    this.provider = provider;
    this.terminal = terminal;
  }

  @Override
  public Integer call() {
    Input wanted = target.read(spec);
    ModelConfig config = model.read();
    Input input = source.read(terminal);
    try (Generator generator = provider.get().open(config)) {
      Score score = wanted == null ? generator.score(input) : generator.score(input, wanted);
      if (json) {
        terminal.out().println(Json.write(toJson(score)));
      } else {
        printTable(score);
      }
    }
    return 0;
  }

  private static Map<String, Object> toJson(Score score) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("ids", score.tokens().stream().map(Score.ScoredToken::id).toList());
    json.put("logprobs", score.tokens().stream().map(Score.ScoredToken::logProbability).toList());
    json.put("log_likelihood", score.logLikelihood());
    json.put("cross_entropy", score.crossEntropy());
    json.put("perplexity", score.perplexity());
    return json;
  }

  private void printTable(Score score) {
    terminal.out().println("    id   log-probability");
    for (Score.ScoredToken token : score.tokens()) {
      terminal.out().printf(Locale.ROOT, "%6d   %15.6f%n", token.id(), token.logProbability());
    }
    terminal
        .out()
        .printf(
            Locale.ROOT,
            "tokens %d%nlog-likelihood %.6f%ncross-entropy %.6f nats per token%nperplexity %.4f%n",
            score.tokens().size(),
            score.logLikelihood(),
            score.crossEntropy(),
            score.perplexity());
  }
}
