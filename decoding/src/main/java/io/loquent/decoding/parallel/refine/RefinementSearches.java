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
 * <p>A {@link ParallelModel.Family#MASKED_LANGUAGE_MODEL} fills the masks of its source by the same
 * strategies (Wang and Cho 2019, "BERT has a Mouth, and It Must Speak", on generating with such
 * models). Its results hold the whole source, whose given tokens have probability 1, and their
 * scores are means over what was filled in.
 *
 * <p>A token's log-probability is that under the processed scores of the run that wrote it, and a
 * result's score the mean of its tokens' log-probabilities, in nats, or what the reranker says.
 * Results come best first; fewer than {@code num_return_sequences} if there are fewer candidates,
 * because lengths coincide at a limit.
 *
 * <p>Mask, begin, pad and blank tokens are never chosen, and neither is the end token where it ends
 * each canvas or the canvas is given; elsewhere it may be chosen for a slot, and the result ends
 * there.
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
    boolean isLong = mode.fillsMasks() && !model.hasCanvasEnds() && !isGiven(model);
    return mode == RefinementMode.INSERTION || isLong;
  }

  private static boolean isGiven(ParallelModel model) {
    return model.family() == ParallelModel.Family.MASKED_LANGUAGE_MODEL;
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
      List<Refinement> refinements = new ArrayList<>();
      for (FilledCanvas canvas : canvases(encoded, row)) {
        refinements.add(refinement(canvas, refinements.size()));
      }
      return refinements;
    }

    private List<FilledCanvas> canvases(ParallelOutput encoded, int row) {
      ParallelModel model = setup.model();
      List<FilledCanvas> canvases = new ArrayList<>();
      if (mode.fillsMasks() && !isGiven(model)) {
        for (TargetLength length : new LengthPrediction(setup).lengths(encoded, row)) {
          canvases.add(FilledCanvas.masked(model, length));
        }
        return canvases;
      }
      for (int i = 0; i < mode.canvases(model, setup.search().options()); i++) {
        canvases.add(
            isGiven(model) ? FilledCanvas.given(model, setup.source()) : FilledCanvas.empty(model));
      }
      return canvases;
    }

    private Refinement refinement(FilledCanvas canvas, int index) {
      GenerationOptions options = setup.search().options();
      int iterations = options.get(Option.MAX_ITERATIONS).orElse(DEFAULT_ITERATIONS);
      double penalty = options.get(Option.EOS_PENALTY).orElse(0.0);
      int most = outcome.maxNewTokens();
      return switch (mode) {
        case MASK_PREDICT -> new MaskPredict(chooser, canvas, iterations, index);
        case ITERATIVE_REFINEMENT -> new IterativeRefinement(chooser, canvas, iterations, index);
        case EASY_FIRST -> new EasyFirst(chooser, canvas, RefinementMode.beams(options));
        case LEVENSHTEIN ->
            new LevenshteinRefinement(chooser, canvas, iterations, penalty, most, index);
        case INSERTION ->
            new InsertionRefinement(chooser, canvas, iterations, penalty, most, index);
      };
    }
  }
}
