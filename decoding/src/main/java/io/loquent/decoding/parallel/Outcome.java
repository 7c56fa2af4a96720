package io.loquent.decoding.parallel;

import io.loquent.FinishReason;
import io.loquent.TokenSequence;
import io.loquent.decoding.ChosenToken;
import io.loquent.decoding.Hypothesis;
import io.loquent.decoding.SearchSetup;
import io.loquent.decoding.search.StopConditions;
import java.util.List;
import java.util.Objects;

/**
 * Makes results of filled canvases: a sequence ends where an autoregressive one would end, with its
 * first end token, stop string or stopping criterion, or at its length limit. Confined to one
 * thread.
 */
public final class Outcome {

  private final StopConditions stops;
  private final int[] prompt;

  /**
   * Creates a maker of one request's results.
   *
   * @param setup the request
   */
  public Outcome(SearchSetup setup) {
    stops = new StopConditions(setup);
    prompt = setup.prompt().ids();
  }

  /**
   * Returns how many tokens a result may have at most.
   *
   * @return at least 1
   */
  public int maxNewTokens() {
    return stops.limits().maxNewTokens();
  }

  /**
   * Says whether a token ends a sequence.
   *
   * @param id vocabulary id
   * @return true for the end tokens
   */
  public boolean isEndToken(int id) {
    return stops.isEndToken(id);
  }

  /**
   * Makes a result that is complete.
   *
   * @param tokens what was filled in, in order
   * @param score what it is ranked by
   * @return the part up to where it ends; one that ends nowhere has ended by its own length, {@link
   *     FinishReason#END_OF_SEQUENCE}
   */
  public Hypothesis complete(List<ChosenToken> tokens, double score) {
    return cut(tokens, score, FinishReason.END_OF_SEQUENCE);
  }

  /**
   * Makes a result that was stopped from outside.
   *
   * @param tokens what was certain by then, in order
   * @param score what it is ranked by
   * @param reason why it was stopped
   * @return the part up to where it ends
   */
  public Hypothesis stopped(List<ChosenToken> tokens, double score, FinishReason reason) {
    return cut(tokens, score, reason);
  }

  /**
   * Returns where a sequence that is known up to some length ends.
   *
   * @param tokens what is certain, in order
   * @return how many of the tokens belong to the result; -1 if it does not end within them
   */
  public int end(List<ChosenToken> tokens) {
    return end(tokens, 0);
  }

  /**
   * As {@link #end(List)}, where the first tokens are known not to end it.
   *
   * @param tokens what is certain, in order
   * @param known how many of them were looked at before
   * @return how many of the tokens belong to the result; -1 if it does not end within them
   */
  public int end(List<ChosenToken> tokens, int known) {
    Beginning beginning = new Beginning(prompt, tokens);
    beginning.count = known;
    while (beginning.count < tokens.size()) {
      beginning.count++;
      if (stops.after(beginning) != null) {
        return beginning.count;
      }
    }
    return -1;
  }

  private Hypothesis cut(List<ChosenToken> tokens, double score, FinishReason otherwise) {
    int end = end(tokens);
    if (end < 0) {
      return new Hypothesis(tokens, score, otherwise);
    }
    Beginning beginning = new Beginning(prompt, tokens);
    beginning.count = end;
    FinishReason reason = Objects.requireNonNull(stops.after(beginning));
    boolean byLength = reason == FinishReason.MAX_TOKENS || reason == FinishReason.CONTEXT_FULL;
    // A sequence that is just as long as allowed has ended by itself.
    boolean byItself = byLength && end == tokens.size();
    return new Hypothesis(tokens.subList(0, end), score, byItself ? otherwise : reason);
  }

  /** The prompt and the first of some tokens. */
  private static final class Beginning implements TokenSequence {
    private final int[] prompt;
    private final List<ChosenToken> tokens;
    int count;

    Beginning(int[] prompt, List<ChosenToken> tokens) {
      this.prompt = prompt;
      this.tokens = tokens;
    }

    @Override
    public int length() {
      return prompt.length + count;
    }

    @Override
    public int promptLength() {
      return prompt.length;
    }

    @Override
    public int get(int index) {
      if (index >= length()) {
        throw new IndexOutOfBoundsException(
            "there is no token " + index + "; the sequence has " + length() + " tokens");
      }
      return index < prompt.length ? prompt[index] : tokens.get(index - prompt.length).id();
    }
  }
}
