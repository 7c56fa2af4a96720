package io.loquent.runtime;

import io.loquent.DiffusionCache;
import io.loquent.GenerationOptions;
import io.loquent.GenerationRequest;
import io.loquent.Option;
import io.loquent.OutputConstraint;
import io.loquent.decoding.Generation;
import io.loquent.decoding.Search;
import io.loquent.decoding.SearchPrompt;
import io.loquent.decoding.SearchSetup;
import io.loquent.decoding.SequenceLimits;
import io.loquent.decoding.constraint.ConstraintPaths;
import io.loquent.decoding.parallel.ParallelSearch;
import io.loquent.decoding.search.Searches;
import io.loquent.runtime.model.LoadedModel;
import io.loquent.runtime.model.PromptRow;
import io.loquent.spi.Tokenizer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * A request whose options are merged and whose input is read, before anything runs. Immutable.
 *
 * @param request the request
 * @param options the effective options: the request's over the application's over the model's
 * @param prompt the row of its prompt
 * @param startNanos when the call came in
 * @param healedCharacters how much of the generated text is the end of the prompt
 */
record RequestPlan(
    GenerationRequest request,
    GenerationOptions options,
    PromptRow prompt,
    long startNanos,
    int healedCharacters) {

  /** A request whose prompt is taken as it is. */
  RequestPlan(
      GenerationRequest request, GenerationOptions options, PromptRow prompt, long startNanos) {
    this(request, options, prompt, startNanos, 0);
  }

  /** What decides which requests can share runs of the model. */
  record BatchKey(Object rows, boolean hiddenStates, boolean useCache) {}

  BatchKey batchKey(LoadedModel model) {
    if (model.parallel().isPresent()) {
      // A run goes over whole canvases or over parts, so those that cache stay among themselves.
      Object cache = options.get(Option.DIFFUSION_CACHE).orElse(DiffusionCache.NONE);
      return new BatchKey(List.of(model.batchKey(prompt), cache), false, true);
    }
    return new BatchKey(model.batchKey(prompt), needsHiddenStates(), usesCache());
  }

  private boolean usesCache() {
    return options.get(Option.USE_CACHE).orElse(true);
  }

  boolean needsHiddenStates() {
    return Searches.needsHiddenStates(options);
  }

  /**
   * Starts the request.
   *
   * @param drafts gives the draft model, if it names one
   * @param constraints makes what its text must be ready
   * @param parallel makes the searches of models for parallel decoding
   * @param widestPrompt longest decoder prompt of the batch, for {@code penalize_padding}
   * @param widestEncoder longest encoder input of the batch
   */
  RequestRun start(
      LoadedModel model,
      PromptReader reader,
      @Nullable Tokenizer tokenizer,
      DraftModels drafts,
      Constraints constraints,
      ParallelPlanning parallel,
      int widestPrompt,
      int widestEncoder) {
    SearchSetup setup =
        new SearchSetup(
            request,
            options,
            searchPrompt(model, widestPrompt, widestEncoder),
            model.info().vocabularySize(),
            tokenizer,
            options.get(Option.SEED).orElseGet(() -> ThreadLocalRandom.current().nextLong()));
    SpelledTokens spelled = null;
    RequestDrafting drafting;
    Generation generation;
    List<PromptRow> rows = new ArrayList<>();
    rows.add(prompt);
    if (model.parallel().isPresent()) {
      drafting = new RequestDrafting(drafts);
      ParallelSearch search = parallel.search(setup, prompt);
      generation = search;
      if (search.promptRows() > 1) {
        rows.add(prompt);
      }
    } else {
      OutputConstraint constraint = options.get(Option.CONSTRAINT).orElse(null);
      if (constraint != null) {
        spelled = constraints.tokens();
        setup = setup.constrained(new ConstraintPaths(constraints.ready(constraint)));
      }
      drafting = new RequestDrafting(setup, prompt, drafts);
      Search search = Searches.of(setup.with(drafting.drafting()));
      generation = search;
      if (search.promptRows() > 1) {
        rows.add(reader.negativePrompt(request, prompt));
      }
      model.check(rows, needsHiddenStates(), usesCache());
    }
    return new RequestRun(
        batchKey(model),
        request,
        options,
        generation,
        drafting,
        rows,
        tokenizer,
        spelled,
        healedCharacters,
        startNanos,
        !model.quantizesActivations(),
        SequenceLimits.of(setup).maxLength());
  }

  private SearchPrompt searchPrompt(LoadedModel model, int widestPrompt, int widestEncoder) {
    int[] ids = prompt.ids();
    int[] encoderIds = prompt.encoderIds();
    int room =
        model.contextLength().isPresent()
            ? model.contextLength().getAsInt() - ids.length
            : Integer.MAX_VALUE;
    if (options.get(Option.PENALIZE_PADDING).orElse(false)) {
      int pad = padToken();
      if (encoderIds != null) {
        encoderIds = padded(encoderIds, widestEncoder, pad, false);
      } else {
        ids = padded(ids, widestPrompt, pad, true);
      }
    }
    int[] seenByEncoderRules =
        encoderIds != null ? encoderIds : model.isEncoderDecoder() ? new int[0] : ids;
    return new SearchPrompt(ids, seenByEncoderRules, room, healedCharacters);
  }

  private int padToken() {
    List<Integer> eos = options.get(Option.EOS_TOKEN_ID).orElse(List.of());
    return options.get(Option.PAD_TOKEN_ID).orElse(eos.isEmpty() ? 0 : eos.get(0));
  }

  private static int[] padded(int[] ids, int width, int pad, boolean left) {
    int[] result = new int[width];
    java.util.Arrays.fill(result, pad);
    System.arraycopy(ids, 0, result, left ? width - ids.length : 0, ids.length);
    return result;
  }
}
