package io.loquent.decoding.search;

import io.loquent.FinishReason;
import io.loquent.Option;
import io.loquent.Token.TopToken;
import io.loquent.decoding.ChosenToken;
import io.loquent.decoding.Hypothesis;
import io.loquent.decoding.Search;
import io.loquent.decoding.SearchSetup;
import io.loquent.decoding.StepOutput;
import io.loquent.decoding.logits.LogProbabilities;
import io.loquent.decoding.logits.ProcessorChain;
import io.loquent.decoding.logits.TopTokens;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Contrastive search (Su et al. 2022, "A Contrastive Framework for Neural Text Generation"; Hugging
 * Face {@code _contrastive_search} and {@code _ranking_fast}): of the most probable tokens, the one
 * whose probability outweighs most how much its hidden state resembles one of those before it.
 *
 * <p>Each run tries all candidates, one in each row; the row of the one that is chosen gives the
 * next candidates. Tokens that a processor rules out are no candidates, even where that leaves
 * fewer than {@code top_k}.
 */
final class ContrastiveSearch implements Search {

  private final LogitsReader reader;
  private final ProcessorChain chain;
  private final TopReport topReport;
  private final StopConditions stops;
  private final double alpha;
  private final float[] raw;
  private final float[] scores;
  private final TopTokens best;
  private final TokenHistory history;
  private final List<ChosenToken> chosen = new ArrayList<>();
  private final List<ChosenToken> candidates = new ArrayList<>();
  private final int[] parents;
  private final int[] tokens;
  private HiddenStates context = new HiddenStates(0);
  private boolean started;
  private double score;
  private @Nullable FinishReason reason;

  ContrastiveSearch(SearchSetup setup) {
    reader = new LogitsReader(setup);
    chain = ProcessorChain.forGreedy(setup);
    topReport = new TopReport(setup);
    stops = new StopConditions(setup);
    alpha = setup.options().get(Option.PENALTY_ALPHA).orElse(0.0);
    raw = new float[setup.vocabularySize()];
    scores = new float[setup.vocabularySize()];
    int count = SearchMode.topK(setup.options());
    best = new TopTokens(count);
    parents = new int[count];
    tokens = new int[count];
    history = new TokenHistory(setup.prompt().ids());
  }

  @Override
  public void choose(StepOutput output, int firstRow) {
    if (!started) {
      readPrompt(output, firstRow);
      started = true;
      recall(output, firstRow, 0);
      return;
    }
    int row = mostDistinct(output, firstRow);
    ChosenToken token = candidates.get(row);
    history.append(token.id());
    chosen.add(token);
    score += token.logProbability();
    reason = stops.after(history);
    if (reason == null) {
      output.hiddenState(firstRow + row, output.positions(firstRow + row) - 1, context.next());
      context.add();
      recall(output, firstRow, row);
    }
  }

  private void readPrompt(StepOutput output, int row) {
    if (output.hiddenSize() == 0) {
      throw new IllegalStateException(
          "contrastive search compares hidden states, but the decoding state was opened without"
              + " them");
    }
    context = new HiddenStates(output.hiddenSize());
    for (int position = 0; position < output.positions(row); position++) {
      output.hiddenState(row, position, context.next());
      context.add();
    }
  }

  /** Finds the candidates that may follow a row's newest token. */
  private void recall(StepOutput output, int firstRow, int row) {
    double rawSum = reader.read(output, firstRow + row, raw, scores);
    chain.process(history, 0, scores);
    double sum = LogProbabilities.logSumExp(scores);
    best.select(scores);
    if (best.size() == 0) {
      LogProbabilities.mostProbable(scores);
    }
    List<TopToken> top = topReport.of(scores, sum);
    candidates.clear();
    for (int rank = 0; rank < best.size(); rank++) {
      int id = best.id(rank);
      candidates.add(new ChosenToken(id, scores[id] - sum, raw[id] - rawSum, top));
      parents[rank] = row;
      tokens[rank] = id;
    }
  }

  /** Returns the candidate with the best balance of probability and likeness. */
  private int mostDistinct(StepOutput output, int firstRow) {
    int bestRow = 0;
    double bestBalance = Double.NEGATIVE_INFINITY;
    for (int row = 0; row < candidates.size(); row++) {
      output.hiddenState(firstRow + row, output.positions(firstRow + row) - 1, context.next());
      double probability = Math.exp(candidates.get(row).logProbability());
      double balance = (1 - alpha) * probability - alpha * context.likenessOfNext();
      if (balance > bestBalance) {
        bestBalance = balance;
        bestRow = row;
      }
    }
    return bestRow;
  }

  @Override
  public boolean isFinished() {
    return reason != null;
  }

  @Override
  public void finish(FinishReason outside) {
    if (reason == null) {
      reason = outside;
    }
  }

  @Override
  public int rows() {
    if (reason != null) {
      return 0;
    }
    return started ? candidates.size() : 1;
  }

  @Override
  public int[] parents() {
    return parents;
  }

  @Override
  public int[] tokens() {
    return tokens;
  }

  @Override
  public int settled() {
    return chosen.size();
  }

  @Override
  public ChosenToken token(int index) {
    return chosen.get(index);
  }

  @Override
  public List<Hypothesis> results() {
    if (reason == null) {
      throw new IllegalStateException("the search is not finished; there is no result yet");
    }
    return List.of(new Hypothesis(chosen, score, reason));
  }
}
