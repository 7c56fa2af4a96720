package io.loquent.runtime;

import io.loquent.GenerationOptions;
import io.loquent.InvalidRequestException;
import io.loquent.Option;
import io.loquent.decoding.DraftLength;
import io.loquent.decoding.Drafter;
import io.loquent.decoding.Drafting;
import io.loquent.decoding.SearchPrompt;
import io.loquent.decoding.SearchSetup;
import io.loquent.decoding.SequenceLimits;
import io.loquent.decoding.speculation.AdaptiveLength;
import io.loquent.decoding.speculation.LookaheadDrafter;
import io.loquent.decoding.speculation.ModelDrafter;
import io.loquent.decoding.speculation.PromptLookup;
import io.loquent.runtime.model.PromptRow;
import io.loquent.runtime.model.RunControl;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How one request guesses tokens ahead, as its options say, and the runs of its draft model.
 * Confined to the generating thread, but for {@link #interrupt()}.
 */
final class RequestDrafting implements AutoCloseable {

  private static final int DEFAULT_NGRAM = 3;
  private static final int FIRST_LOOKED_UP = 8;
  private static final int MOST_LOOKED_UP = 24;
  private static final int FIRST_DRAFTED = 4;
  private static final int MOST_DRAFTED = 16;

  private final @Nullable Drafting drafting;
  private @Nullable RunControl control;
  private boolean interrupted;

  /**
   * Makes a request's drafter.
   *
   * @param setup the request's, without a drafter
   * @param row its prompt
   * @param models gives the draft model
   * @throws InvalidRequestException if the options contradict each other, or the draft model cannot
   *     be used
   */
  RequestDrafting(SearchSetup setup, PromptRow row, DraftModels models) {
    GenerationOptions options = setup.options();
    Optional<String> model = options.get(Option.ASSISTANT_MODEL);
    boolean lookup =
        options
            .get(Option.PROMPT_LOOKUP)
            .orElse(options.get(Option.PROMPT_LOOKUP_NUM_TOKENS).isPresent());
    boolean lookahead = options.get(Option.LOOKAHEAD).orElse(false);
    if ((lookup && model.isPresent()) || (lookahead && (lookup || model.isPresent()))) {
      throw new InvalidRequestException(
          "tokens are to be guessed in several ways at once: by "
              + (model.isPresent() ? "a model (assistant_model)" : "prompt_lookup")
              + " and by "
              + (lookahead ? "lookahead" : "prompt_lookup")
              + "; leave one of them and switch the others off");
    }
    if (model.isPresent()) {
      drafting = byModel(setup, row, models.named(model.get()));
    } else if (lookahead) {
      Optional<Integer> fixed = options.get(Option.NUM_ASSISTANT_TOKENS);
      drafting = drafting(new LookaheadDrafter(), fixed, FIRST_DRAFTED, MOST_DRAFTED);
    } else {
      drafting = lookup ? byLookup(options, setup.prompt()) : null;
    }
  }

  /** What the search guesses with; null if it does not. */
  @Nullable Drafting drafting() {
    return drafting;
  }

  private static Drafting byLookup(GenerationOptions options, SearchPrompt prompt) {
    // The encoder's input of a decoder-only model is the prompt, which the sequence begins with.
    int[] encoderIds = prompt.encoderIds() == prompt.ids() ? new int[0] : prompt.encoderIds();
    int ngram = options.get(Option.MAX_MATCHING_NGRAM_SIZE).orElse(DEFAULT_NGRAM);
    return drafting(
        new PromptLookup(ngram, encoderIds),
        options.get(Option.PROMPT_LOOKUP_NUM_TOKENS),
        FIRST_LOOKED_UP,
        MOST_LOOKED_UP);
  }

  private static Drafting drafting(Drafter drafter, Optional<Integer> fixed, int first, int most) {
    DraftLength length =
        fixed.isPresent() ? DraftLength.fixed(fixed.get()) : new AdaptiveLength(first, most);
    return new Drafting(drafter, length, System::nanoTime);
  }

  private Drafting byModel(SearchSetup setup, PromptRow row, DraftModel model) {
    GenerationOptions options = setup.options();
    int longest = SequenceLimits.of(setup).maxLength();
    return drafting(
        new ModelDrafter(
            setup,
            () -> model.open(row, longest, control()),
            model.contextLength(),
            options.get(Option.ASSISTANT_CONFIDENCE_THRESHOLD).orElse(0.0),
            // Draws from what two vocabularies share are verified by the request's own random
            // numbers: they agree wherever both models favour the same token.
            !options.get(Option.SEED).isPresent() && model.translation() == null),
        options.get(Option.NUM_ASSISTANT_TOKENS),
        FIRST_DRAFTED,
        MOST_DRAFTED);
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
