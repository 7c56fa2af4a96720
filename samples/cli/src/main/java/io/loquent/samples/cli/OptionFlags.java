package io.loquent.samples.cli;

import io.loquent.GenerationOptions;
import io.loquent.InvalidRequestException;
import io.loquent.internal.json.Json;
import io.loquent.internal.json.JsonException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The options that steer generation. */
final class OptionFlags {

  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec = CommandSpec.create();

  @Option(
      names = {"-o", "--option"},
      paramLabel = "NAME=VALUE",
      description =
          "Any option of Hugging Face's generation_config.json; the value is JSON, or a bare word;"
              + " null switches a default of the model off. May be repeated.")
  private List<String> assignments = List.of();

  @Mixin private Handy handy = new Handy();
  @Mixin private ConstraintFlags constraint = new ConstraintFlags();

  /** Short forms of the options that are used most. */
  static final class Handy {
    private static final String EARLY_EXIT = "early-exit:";

    @Option(names = "--num-beams", paramLabel = "N", description = "Width of the beam search.")
    private @Nullable Integer numBeams;

    @Option(names = "--num-return-sequences", paramLabel = "N", description = "Results wanted.")
    private @Nullable Integer numReturnSequences;

    @Option(names = "--max-new-tokens", paramLabel = "N", description = "Most tokens to generate.")
    private @Nullable Integer maxNewTokens;

    @Option(
        names = "--do-sample",
        negatable = true,
        description = "Draws tokens at random, or not (--no-do-sample).")
    private @Nullable Boolean doSample;

    @Option(
        names = "--temperature",
        paramLabel = "X",
        description = "Divides the logits; turns sampling on.")
    private @Nullable Double temperature;

    @Option(
        names = "--top-p",
        paramLabel = "P",
        description = "Keeps the most probable tokens of this mass; turns sampling on.")
    private @Nullable Double topP;

    @Option(
        names = "--top-k",
        paramLabel = "K",
        description = "Keeps the K most probable tokens; turns sampling on.")
    private @Nullable Integer topK;

    @Option(names = "--seed", paramLabel = "N", description = "Makes sampling reproducible.")
    private @Nullable Long seed;

    @Option(
        names = "--draft",
        paramLabel = "DIR|lookup|early-exit:LAYER",
        description =
            "Guesses tokens ahead, by a smaller model, by looking them up in the text so far, or by"
                + " the model's own layers up to an early exit; the text stays the same. Prints"
                + " what it has brought.")
    private @Nullable String draft;

    private void addTo(Map<String, @Nullable Object> options) {
      addDraft(options);
      put(options, "num_beams", numBeams);
      put(options, "num_return_sequences", numReturnSequences);
      put(options, "max_new_tokens", maxNewTokens);
      put(options, "temperature", temperature);
      put(options, "top_p", topP);
      put(options, "top_k", topK);
      put(options, "seed", seed);
      put(options, "do_sample", doSample);
    }

    private void addDraft(Map<String, @Nullable Object> options) {
      if (draft == null) {
        return;
      }
      if (draft.equals("lookup")) {
        options.put("prompt_lookup", true);
      } else if (draft.startsWith(EARLY_EXIT)) {
        options.put("assistant_early_exit", value(draft.substring(EARLY_EXIT.length())));
      } else {
        options.put("assistant_model", draft);
      }
    }

    /** Text that is no number is refused with the other values that an option does not take. */
    private static Object value(String layer) {
      return layer.matches("\\d{1,9}") ? (Object) Integer.valueOf(layer) : layer;
    }

    private boolean steersSampling() {
      return doSample == null && (temperature != null || topP != null || topK != null);
    }

    private static void put(
        Map<String, @Nullable Object> options, String name, @Nullable Object value) {
      if (value != null) {
        options.put(name, value);
      }
    }
  }

  /** Whether tokens are to be guessed ahead by {@code --draft}. */
  boolean drafts() {
    return handy.draft != null;
  }

  /**
   * Reads the options. A flag that only steers sampling turns it on, rather than being ignored by a
   * model that does not sample by default; {@code --option} is taken to the letter.
   */
  GenerationOptions read() {
    Map<String, @Nullable Object> options = new LinkedHashMap<>();
    handy.addTo(options);
    constraint.addTo(options);
    assignments.forEach(assignment -> assign(assignment, options));
    // Contrastive search reads top_k without sampling.
    if (handy.steersSampling() && !options.containsKey("penalty_alpha")) {
      options.putIfAbsent("do_sample", true);
    }
    try {
      return GenerationOptions.fromMap(options);
    } catch (InvalidRequestException e) {
      throw new ParameterException(spec.commandLine(), OneLineErrors.message(e), e);
    }
  }

  private void assign(String assignment, Map<String, @Nullable Object> options) {
    int equals = assignment.indexOf('=');
    if (equals < 1) {
      throw new ParameterException(
          spec.commandLine(),
          "--option " + assignment + ": expected NAME=VALUE, such as num_beams=4");
    }
    options.put(assignment.substring(0, equals).trim(), value(assignment, equals + 1));
  }

  private @Nullable Object value(String assignment, int start) {
    String text = assignment.substring(start).trim();
    try {
      return Json.parse(text);
    } catch (JsonException e) {
      if (text.isEmpty() || "[{\"".indexOf(text.charAt(0)) >= 0) {
        throw new ParameterException(
            spec.commandLine(), "--option " + assignment + ": " + e.getMessage(), e);
      }
      // A bare word is a string: early_stopping=never needs no quotes inside the shell's.
      return text;
    }
  }
}
