package io.loquent.decoding.parallel.refine;

import io.loquent.ContextLengthException;
import io.loquent.GenerationOptions;
import io.loquent.InvalidRequestException;
import io.loquent.Option;
import io.loquent.decoding.parallel.Outcome;
import io.loquent.decoding.parallel.ParallelModel;
import io.loquent.decoding.parallel.ParallelOutput;
import io.loquent.decoding.parallel.ParallelSearch;
import io.loquent.decoding.parallel.ParallelSetup;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/**
 * Makes the searches of models whose canvases are refined run by run. Stateless and thread-safe.
 *
 * <p>For {@link ParallelModel.Family#CONDITIONAL_MASKED}, {@link Option#REFINEMENT} chooses among
 * mask-predict (Ghazvininejad et al. 2019, "Mask-Predict"), with one iteration one-shot decoding
 * (Gu et al. 2018, "Non-Autoregressive Neural Machine Translation"); iterative refinement (Lee et
 * al. 2018, "Deterministic Non-Autoregressive Neural Sequence Modeling by Iterative Refinement");
 * and easy-first. Each predicted length is a candidate of its own, and the best one is found by
 * mean log-probability or by a {@link io.loquent.decoding.parallel.Reranker} (noisy parallel
 * decoding). {@link ParallelModel.Family#LEVENSHTEIN} edits as in Gu et al. 2019, "Levenshtein
 * Transformer", and {@link ParallelModel.Family#INSERTION} as in Stern et al. 2019, "Insertion
 * Transformer".
 *
 * <p>A token's log-probability is that under the processed scores of the run that wrote it, and a
 * result's score the mean of its tokens' log-probabilities, in nats, or what the reranker says.
 * Results come best first; fewer than {@code num_return_sequences} if there are fewer candidates,
 * because lengths coincide at a limit.
 *
 * <p>Mask, begin, pad and blank tokens are never chosen, and neither is the end token where it ends
 * each canvas; elsewhere it may be chosen for a slot, and the result ends there.
 */
public final class RefinementSearches {

  private static final int DEFAULT_ITERATIONS = 10;

  private RefinementSearches() {}

  /**
   * Makes a search.
   *
   * @param setup all that the search is made from
   * @return a new search that has not begun yet
   * @throws InvalidRequestException if the request sets an option that the algorithm does not take,
   *     or options contradict each other or name tokens that the vocabulary does not have
   * @throws ContextLengthException if the prompt leaves no room for a single token
   * @throws IllegalArgumentException if the model is of another family, or lacks a special token
   *     that its family needs
   */
  public static ParallelSearch of(ParallelSetup setup) {
    RefinementMode mode = RefinementMode.of(setup.model(), setup.search().options());
    checkTokens(setup.model(), mode);
    ParallelSetup checked = RefinementRules.check(setup, mode);
    Outcome outcome = new Outcome(checked.search());
    SlotChooser chooser = new SlotChooser(checked, mayChooseEnd(setup.model(), mode));
    Assembly assembly = new Assembly(checked, mode, chooser, outcome);
    return new RefinementSearch(assembly::begin, new Ranking(checked, outcome));
  }

  /** To insert it is to insert nothing; on a canvas it may be wherever it does not end each one. */
  private static boolean mayChooseEnd(ParallelModel model, RefinementMode mode) {
    return mode == RefinementMode.INSERTION || (mode.fillsMasks() && !model.hasCanvasEnds());
  }

  private static void checkTokens(ParallelModel model, RefinementMode mode) {
    if (mode != RefinementMode.INSERTION) {
      require(model.maskToken(), "mask", mode);
    }
    if (!mode.fillsMasks() || model.hasCanvasEnds()) {
      require(model.beginToken(), "begin", mode);
      require(model.endToken(), "end", mode);
    }
  }

  private static void require(OptionalInt token, String name, RefinementMode mode) {
    if (!token.isPresent()) {
      throw new IllegalArgumentException(
          mode + " needs the model's " + name + " token, and the model names none");
    }
  }

  /** Makes what refines the candidates of a request. */
  private record Assembly(
      ParallelSetup setup, RefinementMode mode, SlotChooser chooser, Outcome outcome) {

    List<Refinement> begin(ParallelOutput encoded, int row) {
      GenerationOptions options = setup.search().options();
      int iterations = options.get(Option.MAX_ITERATIONS).orElse(DEFAULT_ITERATIONS);
      double penalty = options.get(Option.EOS_PENALTY).orElse(0.0);
      ParallelModel model = setup.model();
      int most = outcome.maxNewTokens();
      List<Refinement> refinements = new ArrayList<>();
      if (mode.fillsMasks()) {
        for (TargetLength length : new LengthPrediction(setup).lengths(encoded, row)) {
          FilledCanvas canvas = FilledCanvas.masked(model, length);
          int index = refinements.size();
          refinements.add(
              switch (mode) {
                case ITERATIVE_REFINEMENT ->
                    new IterativeRefinement(chooser, canvas, iterations, index);
                case EASY_FIRST -> new EasyFirst(chooser, canvas, RefinementMode.beams(options));
                default -> new MaskPredict(chooser, canvas, iterations, index);
              });
        }
        return refinements;
      }
      for (int index = 0; index < mode.candidates(options); index++) {
        FilledCanvas canvas = FilledCanvas.empty(model);
        refinements.add(
            mode == RefinementMode.LEVENSHTEIN
                ? new LevenshteinRefinement(chooser, canvas, iterations, penalty, most, index)
                : new InsertionRefinement(chooser, canvas, iterations, penalty, most, index));
      }
      return refinements;
    }
  }
}
