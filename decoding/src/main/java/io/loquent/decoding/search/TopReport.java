package io.loquent.decoding.search;

import io.loquent.Option;
import io.loquent.Token.TopToken;
import io.loquent.decoding.SearchSetup;
import io.loquent.decoding.logits.PossibleTokens;
import io.loquent.decoding.logits.TopTokens;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Lists the most probable tokens at a position, as {@link Option#TOP_LOGPROBS} asks for them.
 * Confined to one thread.
 */
public final class TopReport {

  private final @Nullable TopTokens best;

  /**
   * Creates the report of a request.
   *
   * @param setup the request
   */
  public TopReport(SearchSetup setup) {
    int count = setup.options().get(Option.TOP_LOGPROBS).orElse(0);
    best = count == 0 ? null : new TopTokens(Math.min(count, setup.vocabularySize()));
  }

  /**
   * Says whether nothing is asked for.
   *
   * @return true if all lists are empty
   */
  public boolean isOff() {
    return best == null;
  }

  /**
   * Lists the best tokens.
   *
   * @param scores processed scores
   * @param logSum what has to be taken from them to get log-probabilities
   * @return best first; empty unless asked for
   */
  List<TopToken> of(float[] scores, double logSum) {
    if (best == null) {
      return List.of();
    }
    best.select(scores);
    return list(best, logSum);
  }

  /**
   * Lists the best of the tokens that can be chosen.
   *
   * @param possible their processed scores
   * @param logSum what has to be taken from them to get log-probabilities
   * @return best first; empty unless asked for
   */
  public List<TopToken> of(PossibleTokens possible, double logSum) {
    if (best == null) {
      return List.of();
    }
    best.select(possible);
    return list(best, logSum);
  }

  private static List<TopToken> list(TopTokens best, double logSum) {
    List<TopToken> tokens = new ArrayList<>(best.size());
    for (int rank = 0; rank < best.size(); rank++) {
      tokens.add(new TopToken(best.id(rank), best.score(rank) - logSum));
    }
    return List.copyOf(tokens);
  }
}
