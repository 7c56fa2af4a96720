package io.loquent.decoding.parallel.dag;

import io.loquent.ContextLengthException;
import io.loquent.InvalidRequestException;
import io.loquent.decoding.parallel.ParallelModel;
import io.loquent.decoding.parallel.ParallelSearch;
import io.loquent.decoding.parallel.ParallelSetup;
import io.loquent.decoding.parallel.TokenLanguageModel;
import org.jspecify.annotations.Nullable;

/** Makes the searches of directed acyclic Transformers. Stateless and thread-safe. */
public final class DagSearches {

  private DagSearches() {}

  /**
   * As {@link #of(ParallelSetup, TokenLanguageModel)}, without a language model.
   *
   * @param setup all that the search is made from; its source and reranker are not used
   * @return a new search that has not begun yet
   * @throws InvalidRequestException if the options contradict each other, or ask for what the
   *     search cannot do
   * @throws ContextLengthException if {@code max_length} leaves no room for a single token
   */
  public static ParallelSearch of(ParallelSetup setup) {
    return of(setup, null);
  }

  /**
   * Makes a search, which {@code dag_strategy} names; unset, a request's {@code num_beams} above 1
   * makes it a beam search, {@code do_sample} sampling, and else it looks ahead. It is finished
   * after {@link ParallelSearch#begin}.
   *
   * <ul>
   *   <li>{@code greedy}, {@code lookahead}, {@code sample}: a walk along links, taking at each
   *       vertex its most probable token. Lookahead adds {@code dag_beta} times the log-probability
   *       of the next vertex's token to the link's; sampling draws links, after {@code
   *       temperature}, {@code top_k} (off if unset), {@code top_p} and the like, which act on
   *       links. The score is the log-probability of the path with its tokens.
   *   <li>{@code viterbi}, {@code joint_viterbi}: the best path of each length (Shao et al. 2022,
   *       "Viterbi Decoding of Directed Acyclic Transformer"), without or with its tokens'
   *       log-probabilities, and of these the one with the best score: its log-probability divided
   *       by its number of vertices between the ends to the power of {@code length_penalty}. Where
   *       the model has several vertices per source token, paths of up to twice as many vertices as
   *       source tokens are looked at, unless none reaches the end.
   *   <li>{@code beam}: the {@code num_beams} (default 200) most probable beginnings of each
   *       length, adding up all paths that say the same. The score is {@code (log P(Y) + lm_alpha *
   *       log P_LM(Y)) / |Y|^length_penalty}. At each vertex the {@code top_k} (default 5) most
   *       probable tokens are looked at, and the links that make up {@code top_p} (default 0.9);
   *       with both off (0 and 1) and enough beams the result is exact. A result that is as long as
   *       {@code max_new_tokens} has the probability of all that begin with it.
   * </ul>
   *
   * <p>A vertex whose token is the begin, padding or end token says nothing, and neither does one
   * whose token is that of the vertex before it on the path; so a token is said twice in a row only
   * where a silent vertex is between. {@code no_repeat_ngram_size} holds for lookahead, unless
   * nothing else is left, and for beams.
   *
   * <p>A token's log-probabilities are those at its vertex; in a beam search, at the vertex where
   * it is most probably said.
   *
   * @param setup all that the search is made from; its source and reranker are not used
   * @param languageModel scores the candidates of a beam search; null for none
   * @return a new search that has not begun yet
   * @throws InvalidRequestException if the options contradict each other, or ask for what the
   *     search cannot do
   * @throws ContextLengthException if {@code max_length} leaves no room for a single token
   */
  public static ParallelSearch of(ParallelSetup setup, @Nullable TokenLanguageModel languageModel) {
    ParallelModel model = setup.model();
    if (model.family() != ParallelModel.Family.DIRECTED_ACYCLIC) {
      throw new IllegalArgumentException(
          "a search through a graph needs a directed acyclic Transformer; found " + model);
    }
    return new DagSearch(DagRules.check(setup, languageModel));
  }
}
