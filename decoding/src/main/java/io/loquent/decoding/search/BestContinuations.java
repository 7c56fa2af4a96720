package io.loquent.decoding.search;

import io.loquent.Option;
import io.loquent.Token.TopToken;
import io.loquent.decoding.ChosenToken;
import io.loquent.decoding.SearchSetup;
import io.loquent.decoding.StepOutput;
import io.loquent.decoding.logits.ProcessorChain;
import io.loquent.decoding.logits.TopTokens;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The best continuations of each beam as the model itself ranked them: enough for a beam search
 * whose processors only lower a few scores, and no pass over the vocabulary.
 *
 * <p>Of the best {@code n + m} tokens {@code n} keep their score if {@code m} are lowered, and no
 * other token can come before those; so the best {@code n} after processing are among them.
 */
final class BestContinuations extends Continuations {

  /** From here on, a pass over the vocabulary costs less. */
  private static final int MOST_WANTED = 256;

  private final ProcessorChain chain;
  private final TopTokens best;

  /** Lists the tokens of one beam; there is room for as many as a request reports. */
  private final TopTokens report;

  private final int reported;
  private final int vocabularySize;

  /** {@code [vocabulary]}: where the chain finds the scores; all impossible between calls. */
  private final float[] sparse;

  /** By beam: ids, the model's log-probabilities, processed ones, and how many there are. */
  private final int[][] ids;

  private final float[][] raw;
  private final float[][] scores;
  private final int[] sizes;
  private final List<List<TopToken>> tops = new ArrayList<>();
  private int wanted;

  /**
   * Allocates.
   *
   * @param setup the request
   * @param chain its processors
   * @param width how many beams there may be
   * @param count how many continuations of all beams are looked for
   */
  BestContinuations(SearchSetup setup, ProcessorChain chain, int width, int count) {
    super(setup.vocabularySize(), width, count);
    this.chain = chain;
    vocabularySize = setup.vocabularySize();
    reported = Math.min(setup.options().get(Option.TOP_LOGPROBS).orElse(0), vocabularySize);
    best = new TopTokens(count);
    report = new TopTokens(Math.max(1, reported));
    sparse = new float[chain.isEmpty() ? 0 : vocabularySize];
    Arrays.fill(sparse, Float.NEGATIVE_INFINITY);
    ids = new int[width][0];
    raw = new float[width][0];
    scores = new float[width][0];
    sizes = new int[width];
  }

  /**
   * Prepares for a step.
   *
   * @param length of the beams, prompt included
   * @return how many continuations of each beam are wanted; 0 if they would not be enough
   */
  int prepare(int length) {
    int lowered = chain.lowers(length);
    int enough = Math.max(tokenOfRank.length, reported) + Math.max(0, lowered);
    wanted = lowered == ProcessorChain.ANY || enough > MOST_WANTED ? 0 : enough;
    wanted = Math.min(wanted, vocabularySize);
    return wanted;
  }

  /** Forgets the step before. */
  void clear() {
    size = 0;
    tops.clear();
  }

  /**
   * Reads and processes the next beam's best tokens.
   *
   * @param output a run's answer
   * @param row the beam's row in it
   * @param index which of the request's beams it is
   * @param history its tokens
   * @param total its sum of log-probabilities
   * @return false if the run has not ranked them
   */
  boolean read(StepOutput output, int row, int index, TokenHistory history, double total) {
    if (wanted == 0) {
      return false;
    }
    int beam = tops.size();
    if (ids[beam].length < wanted) {
      ids[beam] = new int[2 * wanted];
      raw[beam] = new float[2 * wanted];
      scores[beam] = new float[2 * wanted];
    }
    int found = output.best(row, wanted, ids[beam], raw[beam]);
    if (found < 0) {
      return false;
    }
    sizes[beam] = found;
    totals[beam] = total;
    process(history, index, beam);
    tops.add(top(beam));
    return true;
  }

  private void process(TokenHistory history, int index, int beam) {
    System.arraycopy(raw[beam], 0, scores[beam], 0, sizes[beam]);
    if (chain.isEmpty()) {
      return;
    }
    for (int rank = 0; rank < sizes[beam]; rank++) {
      sparse[ids[beam][rank]] = raw[beam][rank];
    }
    chain.process(history, index, sparse);
    for (int rank = 0; rank < sizes[beam]; rank++) {
      int id = ids[beam][rank];
      scores[beam][rank] = sparse[id];
      sparse[id] = Float.NEGATIVE_INFINITY;
    }
  }

  /** Lists the most probable tokens behind a beam, as many as the request reports. */
  private List<TopToken> top(int beam) {
    if (reported == 0) {
      return List.of();
    }
    report.clear();
    for (int rank = 0; rank < sizes[beam]; rank++) {
      report.offer(0, ids[beam][rank], scores[beam][rank]);
    }
    report.sort();
    List<TopToken> tokens = new ArrayList<>(report.size());
    for (int rank = 0; rank < report.size(); rank++) {
      tokens.add(new TopToken(report.id(rank), report.score(rank)));
    }
    return List.copyOf(tokens);
  }

  /** Ranks the continuations of the beams that were read, as {@link Ranking#best} does. */
  void rank() {
    best.clear();
    for (int beam = 0; beam < tops.size(); beam++) {
      for (int rank = 0; rank < sizes[beam]; rank++) {
        best.offer(beam, ids[beam][rank], totals[beam] + scores[beam][rank]);
      }
    }
    best.sort();
    size = best.size();
    for (int rank = 0; rank < size; rank++) {
      beamOfRank[rank] = best.row(rank);
      tokenOfRank[rank] = best.id(rank);
    }
  }

  @Override
  float score(int beam, int token) {
    return scores[beam][rank(beam, token)];
  }

  @Override
  ChosenToken chosen(int beam, int token) {
    int rank = rank(beam, token);
    return new ChosenToken(token, scores[beam][rank], raw[beam][rank], tops.get(beam));
  }

  private int rank(int beam, int token) {
    int rank = 0;
    while (ids[beam][rank] != token) {
      rank++;
    }
    return rank;
  }
}
