package io.loquent.runtime;

import io.loquent.GenerationOptions;
import io.loquent.InvalidRequestException;
import io.loquent.Option;
import io.loquent.decoding.DraftLength;
import io.loquent.decoding.Drafting;
import io.loquent.decoding.SearchPrompt;
import io.loquent.decoding.SearchSetup;
import io.loquent.decoding.SequenceLimits;
import io.loquent.decoding.constraint.ConstraintPaths;
import io.loquent.decoding.search.Searches;
import io.loquent.decoding.speculation.AdaptiveLength;
import io.loquent.decoding.speculation.AdaptivePaths;
import io.loquent.decoding.speculation.ConstrainedDrafter;
import io.loquent.decoding.speculation.LookaheadDrafter;
import io.loquent.decoding.speculation.ModelDrafter;
import io.loquent.decoding.speculation.PromptLookup;
import io.loquent.runtime.model.PromptRow;
import io.loquent.runtime.model.RunControl;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * How one request guesses tokens ahead, as its options say, and the runs of its draft model.
 * Confined to the generating thread, but for {@link #interrupt()}.
 */
final class RequestDrafting implements AutoCloseable {

  private static final LongSupplier CLOCK = System::nanoTime;
  private static final int DEFAULT_NGRAM = 3;
  private static final int FIRST_LOOKED_UP = 8;
  private static final int MOST_LOOKED_UP = 24;
  private static final int FIRST_DRAFTED = 4;
  private static final int MOST_DRAFTED = 16;

  private final DraftModels models;
  private final int paths;
  private final @Nullable Drafting drafting;
  private @Nullable RunControl control;
  private boolean interrupted;

  /**
   * Makes a request's drafter.
   *
   * @param setup the request's, without a drafter
   * @param row its prompt
   * @param models gives the draft model, and what earlier requests have measured
   * @throws InvalidRequestException if the options contradict each other, or the draft model cannot
   *     be used
   */
  RequestDrafting(SearchSetup setup, PromptRow row, DraftModels models) {
    this.models = models;
    GenerationOptions options = setup.options();
    Optional<String> model = options.get(Option.ASSISTANT_MODEL);
    Optional<Integer> exit = options.get(Option.ASSISTANT_EARLY_EXIT);
    boolean lookup =
        options
            .get(Option.PROMPT_LOOKUP)
            .orElse(options.get(Option.PROMPT_LOOKUP_NUM_TOKENS).isPresent());
    boolean lookahead = options.get(Option.LOOKAHEAD).orElse(false);
    boolean byModel = model.isPresent() || exit.isPresent();
    paths = options.get(Option.NUM_ASSISTANT_PATHS).orElse(1);
    refuseSeveral(model.isPresent(), exit.isPresent(), lookup, lookahead);
    refuseIdle(setup, Option.MAX_MATCHING_NGRAM_SIZE, lookup, "prompt_lookup");
    refuseIdle(
        setup,
        Option.NUM_ASSISTANT_TOKENS,
        byModel || lookahead,
        "assistant_model, assistant_early_exit or lookahead");
    refuseIdle(
        setup,
        Option.ASSISTANT_CONFIDENCE_THRESHOLD,
        byModel,
        "assistant_model or assistant_early_exit");
    refuseIdle(
        setup,
        Option.NUM_ASSISTANT_PATHS,
        byModel || lookup || lookahead,
        "assistant_model, assistant_early_exit, prompt_lookup or lookahead");
    Drafting guessing;
    if (model.isPresent()) {
      guessing = byModel(setup, row, models.named(model.get()), "assistant_model " + model.get());
    } else if (exit.isPresent()) {
      guessing =
          byModel(setup, row, models.earlyExit(exit.get()), "assistant_early_exit " + exit.get());
    } else if (lookahead) {
      guessing = new Drafting(new LookaheadDrafter(paths), length(options, "lookahead"), CLOCK);
    } else {
      guessing = lookup ? byLookup(options, setup.prompt()) : null;
    }
    ConstraintPaths constraint = Searches.canDraft(options) ? setup.constraint() : null;
    drafting =
        constraint == null ? guessing : ConstrainedDrafter.drafting(constraint, guessing, CLOCK);
  }

  /** Of a model that decodes in parallel, so that there is nothing to guess ahead. */
  RequestDrafting(DraftModels models) {
    this.models = models;
    drafting = null;
    paths = 1;
  }

  private static void refuseSeveral(
      boolean model, boolean exit, boolean lookup, boolean lookahead) {
    List<String> ways = new ArrayList<>();
    if (model) {
      ways.add("a model (assistant_model)");
    }
    if (exit) {
      ways.add("an early exit (assistant_early_exit)");
    }
    if (lookup) {
      ways.add("prompt_lookup");
    }
    if (lookahead) {
      ways.add("lookahead");
    }
    if (ways.size() > 1) {
      throw new InvalidRequestException(
          "tokens are to be guessed in several ways at once: by "
              + String.join(" and by ", ways)
              + "; leave one of them and switch the others off");
    }
  }

  /** A request's own option has to do something; a model's or a configuration's need not. */
  private static void refuseIdle(
      SearchSetup setup, Option<?> option, boolean works, String needed) {
    if (!works && setup.request().options().get(option).isPresent()) {
      throw new InvalidRequestException(
          option.name() + " is set, but does nothing without " + needed + "; set that too");
    }
  }

  /** What the search guesses with; null if it does not. */
  @Nullable Drafting drafting() {
    return drafting;
  }

  private Drafting byLookup(GenerationOptions options, SearchPrompt prompt) {
    // The encoder's input of a decoder-only model is the prompt, which the sequence begins with.
    int[] encoderIds = prompt.encoderIds() == prompt.ids() ? new int[0] : prompt.encoderIds();
    int ngram = options.get(Option.MAX_MATCHING_NGRAM_SIZE).orElse(DEFAULT_NGRAM);
    Optional<Integer> fixed = options.get(Option.PROMPT_LOOKUP_NUM_TOKENS);
    return new Drafting(
        new PromptLookup(ngram, encoderIds, paths > 1),
        fixed.isPresent()
            ? DraftLength.fixed(fixed.get(), paths)
            : adaptive(options, "prompt_lookup", FIRST_LOOKED_UP, MOST_LOOKED_UP),
        CLOCK);
  }

  private Drafting byModel(SearchSetup setup, PromptRow row, DraftModel model, String way) {
    GenerationOptions options = setup.options();
    int longest = SequenceLimits.of(setup).maxLength();
    ModelDrafter drafter =
        new ModelDrafter(
            setup,
            () -> model.open(row, longest, control()),
            model.contextLength(),
            options.get(Option.ASSISTANT_CONFIDENCE_THRESHOLD).orElse(0.0),
            // Draws from what two vocabularies share are verified by the request's own random
            // numbers: they agree wherever both models favour the same token. So are several
            // paths, since rejection knows of one draw only.
            !options.get(Option.SEED).isPresent() && model.translation() == null && paths == 1);
    return new Drafting(drafter, length(options, way), CLOCK);
  }

  private DraftLength length(GenerationOptions options, String way) {
    Optional<Integer> fixed = options.get(Option.NUM_ASSISTANT_TOKENS);
    return fixed.isPresent()
        ? DraftLength.fixed(fixed.get(), paths)
        : adaptive(options, way, FIRST_DRAFTED, MOST_DRAFTED);
  }

  private DraftLength adaptive(GenerationOptions options, String way, int first, int most) {
    // What is sampled is guessed less often, and takes longer to choose.
    boolean samples = options.get(Option.DO_SAMPLE).orElse(false);
    DraftLength one = new AdaptiveLength(first, models.measurements(way, samples, most));
    if (paths == 1) {
      return one;
    }
    String severally = way + ", " + paths + " paths";
    return new AdaptivePaths(
        one,
        new AdaptiveLength(first, models.measurements(severally, samples, most)),
        paths,
        models.pathMeasurements(severally, samples));
  }

  private synchronized RunControl control() {
    if (control == null) {
      control = new RunControl();
    }
    if (interrupted) {
      control.terminate();
    }
    return control;
  }

  /** Stops a run of the draft model that is under way, and every later one. Thread-safe. */
  synchronized void interrupt() {
    interrupted = true;
    if (control != null) {
      control.terminate();
    }
  }

  /** Frees what the draft model holds for this request. May be called repeatedly. */
  @Override
  public void close() {
    if (drafting != null) {
      drafting.drafter().close();
    }
    synchronized (this) {
      if (control != null) {
        control.close();
        control = null;
      }
    }
  }
}
