package io.loquent.samples.benchmarks.run;

import io.loquent.GenerationOptions;
import io.loquent.GenerationRequest;
import io.loquent.GenerationResult;
import io.loquent.Generator;
import io.loquent.Input;
import io.loquent.ModelConfig;
import io.loquent.Option;
import io.loquent.Score;
import io.loquent.Speculation;
import io.loquent.decoding.DecodingState;
import io.loquent.runtime.model.LoadedModel;
import io.loquent.runtime.model.OpenOptions;
import io.loquent.runtime.model.PromptRow;
import io.loquent.runtime.model.RunControl;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import picocli.CommandLine.Command;

/**
 * What speculative decoding brings on the bundled models. A request without guesses and one with
 * them take turns, so that what else happens on the machine hits both; beside that, what a run over
 * several tokens takes, which says how many of the guesses must be right for it to pay, whether the
 * adaptive number of guesses comes near the best fixed one, and whether several paths pay.
 */
@Command(
    name = "speculation",
    description =
        "Measures speculative decoding on the bundled models, with and without guesses in turn.")
public final class SpeculationCommand implements Callable<Integer> {

  private static final int[] WIDTHS = {1, 2, 4, 8, 16};
  private static final int TIMED_RUNS = 200;

  /** As when decoding: behind a wider run, one over a token finds other things in the caches. */
  private static final int RUNS_IN_A_ROW = 20;

  private static final int CONTEXT = 100;
  private static final int[] FIXED_LENGTHS = {1, 2, 3, 4, 5, 6, 8};
  private static final int PATHS = 2;

  private static final String SCENE =
      "First Citizen:\nBefore we proceed any further, hear me speak.\n\nAll:\nSpeak, speak.\n\n";

  private static final String PARAGRAPH =
      "First Citizen:\nYou are all resolved rather to die than to famish?\n\nAll:\nResolved."
          + " resolved.\n\nFirst Citizen:\nFirst, you know Caius Marcius is chief enemy to the"
          + " people.\n\n";

  @picocli.CommandLine.Option(
      names = "--models",
      required = true,
      description = "The folder of the bundled models, samples/models.")
  private Path models = Path.of("samples", "models");

  @picocli.CommandLine.Option(names = "--new-tokens", description = "Tokens of each request.")
  private int newTokens = 150;

  @picocli.CommandLine.Option(names = "--rounds", description = "Rounds that count.")
  private int rounds = 9;

  @picocli.CommandLine.Option(
      names = "--warm-up",
      description = "Rounds before those that count, of each comparison.")
  private int warmUp = 20;

  @picocli.CommandLine.Option(names = "--threads", description = "Threads of a run.")
  private int threads = 1;

  private final PrintStream out;

  /**
   * Creates the command.
   *
   * @param out receives a line for each comparison
   */
  public SpeculationCommand(PrintStream out) {
    this.out = out;
  }

  @Override
  public Integer call() {
    Path draft = models.resolve("lm-shakespeare-draft");
    ModelConfig target = config("lm-shakespeare");
    double plain = costs("lm-shakespeare", target, 0);
    costs("lm-shakespeare-draft", config("lm-shakespeare-draft"), plain);
    try (Generator generator = Generator.open(target)) {
      Consumer<GenerationOptions.Builder> greedy = o -> o.set(Option.DO_SAMPLE, false);
      Consumer<GenerationOptions.Builder> sampled =
          o -> o.set(Option.DO_SAMPLE, true).temperature(1).topK(0);
      Consumer<GenerationOptions.Builder> drafts = o -> o.assistantModel(draft);
      Consumer<GenerationOptions.Builder> lookup = o -> o.promptLookup(true);
      Consumer<GenerationOptions.Builder> lookahead = o -> o.set(Option.LOOKAHEAD, true);
      compare("greedy, draft model", generator, text(SCENE, greedy), drafts);
      compareLengths("greedy, draft model", generator, text(SCENE, greedy).options(drafts));
      compare("temperature 1, draft model", generator, text(SCENE, sampled), drafts);
      compare(
          "temperature 1 with a seed, draft model",
          generator,
          text(SCENE, sampled).options(o -> o.seed(7)),
          drafts);
      compare("greedy, lookahead", generator, text(SCENE, greedy), lookahead);
      compare("greedy, prompt lookup", generator, text(SCENE, greedy), lookup);
      compare("copying a paragraph, prompt lookup", generator, copying(generator), lookup);
      comparePaths("greedy, draft model", generator, text(SCENE, greedy).options(drafts));
      comparePaths("greedy, lookahead", generator, text(SCENE, greedy).options(lookahead));
      comparePaths("greedy, prompt lookup", generator, text(SCENE, greedy).options(lookup));
    }
    try (Generator generator = Generator.open(config("g2p-transformer"))) {
      compare(
          "encoder-decoder, greedy, lookahead",
          generator,
          text("internationalization", o -> o.numBeams(1)),
          o -> o.set(Option.LOOKAHEAD, true));
    }
    return 0;
  }

  private ModelConfig config(String name) {
    return ModelConfig.builder(models.resolve(name)).intraOpThreads(threads).build();
  }

  private GenerationRequest.Builder text(
      String prompt, Consumer<GenerationOptions.Builder> options) {
    return GenerationRequest.text(prompt)
        .options(o -> o.maxNewTokens(newTokens).off(Option.EOS_TOKEN_ID))
        .options(options);
  }

  /**
   * A model that copies its prompt, as one would that was asked to repeat or edit a text: the small
   * model cannot, so its scores leave it no choice.
   */
  private GenerationRequest.Builder copying(Generator generator) {
    Score read = generator.score(Input.text(PARAGRAPH));
    List<Integer> ids = new ArrayList<>();
    for (Score.ScoredToken token : read.tokens()) {
      ids.add(token.id());
    }
    return text(PARAGRAPH, o -> o.set(Option.DO_SAMPLE, false).maxNewTokens(ids.size()))
        .logitsProcessor(
            (tokens, scores) -> scores[ids.get(tokens.generatedLength() % ids.size())] += 1000);
  }

  private void compare(
      String name,
      Generator generator,
      GenerationRequest.Builder builder,
      Consumer<GenerationOptions.Builder> guessing) {
    GenerationRequest plain = builder.build();
    GenerationRequest speculative = builder.options(guessing).build();
    List<Double> plainRates = new ArrayList<>();
    List<Double> rates = new ArrayList<>();
    int runs = 0;
    int saved = 0;
    int accepted = 0;
    int drafted = 0;
    int verified = 0;
    for (int round = -warmUp; round < rounds; round++) {
      GenerationResult expected = generator.generate(plain);
      GenerationResult result = generator.generate(speculative);
      if (round >= 0) {
        Speculation speculation = result.speculation().orElseThrow();
        plainRates.add(rate(expected));
        rates.add(rate(result));
        runs += result.usage().modelRuns();
        saved += speculation.modelRunsSaved();
        accepted += speculation.acceptedTokens();
        drafted += speculation.draftedTokens();
        verified += speculation.rounds();
      }
    }
    double before = Row.median(array(plainRates));
    double after = Row.median(array(rates));
    out.printf(
        Locale.ROOT,
        "%s: %.0f tokens/s without, %.0f with: %.2fx; %.2f of %.2f guesses right per round,"
            + " %.0f %% of the runs saved%n",
        name,
        before,
        after,
        after / before,
        accepted / (double) Math.max(1, verified),
        drafted / (double) Math.max(1, verified),
        100.0 * saved / (runs + saved));
  }

  /** Prints how fast the request is with fixed numbers of guesses, and with the adaptive one. */
  private void compareLengths(
      String name, Generator generator, GenerationRequest.Builder adaptive) {
    List<GenerationRequest> requests = new ArrayList<>();
    requests.add(adaptive.build());
    for (int length : FIXED_LENGTHS) {
      requests.add(adaptive.options(o -> o.set(Option.NUM_ASSISTANT_TOKENS, length)).build());
    }
    double[] rates = rates(generator, requests);
    StringBuilder line = new StringBuilder();
    for (int i = 0; i < FIXED_LENGTHS.length; i++) {
      line.append(String.format(Locale.ROOT, "%d: %.0f, ", FIXED_LENGTHS[i], rates[i + 1]));
    }
    out.printf(
        Locale.ROOT,
        "%s, tokens/s by num_assistant_tokens: %sadaptive: %.0f%n",
        name,
        line,
        rates[0]);
  }

  /** Prints how fast the request is with one path of guesses, and where it may choose more. */
  private void comparePaths(String name, Generator generator, GenerationRequest.Builder one) {
    GenerationRequest onePath = one.build();
    GenerationRequest several = one.options(o -> o.set(Option.NUM_ASSISTANT_PATHS, PATHS)).build();
    double[] rates = rates(generator, List.of(onePath, several));
    out.printf(
        Locale.ROOT,
        "%s, %d paths: %.0f tokens/s with one path, %.0f where %d may be tried: %.2fx%n",
        name,
        PATHS,
        rates[0],
        rates[1],
        PATHS,
        rates[1] / rates[0]);
  }

  /** Lets requests take turns, and returns the median of each one's tokens per second. */
  private double[] rates(Generator generator, List<GenerationRequest> requests) {
    List<List<Double>> rates = new ArrayList<>();
    requests.forEach(request -> rates.add(new ArrayList<>()));
    for (int round = -warmUp; round < rounds; round++) {
      for (int i = 0; i < requests.size(); i++) {
        double rate = rate(generator.generate(requests.get(i)));
        if (round >= 0) {
          rates.get(i).add(rate);
        }
      }
    }
    return rates.stream().mapToDouble(measured -> Row.median(array(measured))).toArray();
  }

  private static double rate(GenerationResult result) {
    return result.usage().generatedTokens() * 1e9 / result.timings().total().toNanos();
  }

  /** Prints what runs over several tokens take, and returns the time of one over one token. */
  private double costs(String name, ModelConfig config, double unit) {
    try (LoadedModel model = LoadedModel.load(config, new ArrayList<>());
        RunControl control = new RunControl()) {
      PromptRow prompt = new PromptRow(new int[CONTEXT], null, null);
      OpenOptions options = new OpenOptions(false, true, false, 2 * CONTEXT);
      double[] nanos = new double[WIDTHS.length];
      try (DecodingState state = model.open(List.of(prompt), options, control)) {
        state.start();
        List<List<Double>> times = new ArrayList<>();
        for (int i = 0; i < WIDTHS.length; i++) {
          times.add(new ArrayList<>());
        }
        for (int block = 0; block < TIMED_RUNS / RUNS_IN_A_ROW; block++) {
          for (int i = 0; i < WIDTHS.length; i++) {
            time(state, WIDTHS[i], times.get(i));
          }
        }
        for (int i = 0; i < WIDTHS.length; i++) {
          nanos[i] = Row.median(array(times.get(i)));
        }
      }
      StringBuilder line = new StringBuilder();
      for (int i = 0; i < WIDTHS.length; i++) {
        double base = unit == 0 ? nanos[0] : unit;
        line.append(
            String.format(
                Locale.ROOT, "%s%d: %.2f", i == 0 ? "" : ", ", WIDTHS[i], nanos[i] / base));
      }
      out.printf(
          Locale.ROOT,
          "%s: a run over one token takes %.3f ms; by tokens, in such runs of the large model:"
              + " %s%n",
          name,
          nanos[0] / 1e6,
          line);
      return nanos[0];
    }
  }

  private static void time(DecodingState state, int width, List<Double> times) {
    for (int run = 0; run < RUNS_IN_A_ROW; run++) {
      state.mark();
      long start = System.nanoTime();
      append(state, width);
      long nanos = System.nanoTime() - start;
      state.restore();
      if (run > 0) {
        times.add((double) nanos);
      }
    }
  }

  private static void append(DecodingState state, int width) {
    if (width == 1) {
      state.append(new int[1]);
    } else {
      state.append(new int[width], new int[] {width});
      state.rollback(new int[1]);
    }
  }

  private static double[] array(List<Double> values) {
    return values.stream().mapToDouble(Double::doubleValue).toArray();
  }
}
