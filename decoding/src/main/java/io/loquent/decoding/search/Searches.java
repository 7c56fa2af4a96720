package io.loquent.decoding.search;

import io.loquent.ContextLengthException;
import io.loquent.GenerationOptions;
import io.loquent.InvalidRequestException;
import io.loquent.Option;
import io.loquent.decoding.Search;
import io.loquent.decoding.SearchSetup;

/** Makes the search that a request asks for. Stateless and thread-safe. */
public final class Searches {

  private Searches() {}

  /**
   * Makes a search. Which one it is, the options decide as in Hugging Face {@code
   * GenerationConfig.get_generation_mode}: forced words make it a constrained beam search; with one
   * beam it is sampling, contrastive or greedy search; with several a diverse, sampled or plain
   * beam search. A {@code guidance_scale} other than 1 makes it a guided one, with a second prompt
   * row.
   *
   * @param setup all that the search is made from
   * @return a new search that has not chosen yet
   * @throws InvalidRequestException if the options contradict each other, or name tokens that the
   *     vocabulary does not have
   * @throws ContextLengthException if the prompt leaves no room for a single token
   */
  public static Search of(SearchSetup setup) {
    SearchMode mode = SearchMode.of(setup.options());
    SearchRules.check(setup, mode);
    Search search =
        switch (mode) {
          case GREEDY -> PlainSearch.greedy(setup);
          case SAMPLING -> PlainSearch.sampling(setup);
          case CONTRASTIVE -> new ContrastiveSearch(setup);
          case BEAM -> new BeamSearch(setup, false);
          case BEAM_SAMPLING -> new BeamSearch(setup, true);
          case GROUP_BEAM -> new GroupBeamSearch(setup);
          case CONSTRAINED_BEAM -> new ConstrainedBeamSearch(setup);
        };
    double scale = setup.options().get(Option.GUIDANCE_SCALE).orElse(1.0);
    return scale == 1 ? search : new GuidedSearch(search, scale, setup.vocabularySize());
  }

  /**
   * Says whether a request's search can verify tokens that were guessed ahead.
   *
   * @param options the effective options
   * @return true for greedy search and sampling
   */
  public static boolean canDraft(GenerationOptions options) {
    SearchMode mode = SearchMode.of(options);
    return mode == SearchMode.GREEDY || mode == SearchMode.SAMPLING;
  }

  /**
   * Says whether a request's search reads hidden states, so that its decoding state must be opened
   * with them.
   *
   * @param options the effective options
   * @return true for contrastive search
   */
  public static boolean needsHiddenStates(GenerationOptions options) {
    return SearchMode.of(options) == SearchMode.CONTRASTIVE;
  }
}
