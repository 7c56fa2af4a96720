package io.loquent.decoding.search;

import io.loquent.FinishReason;
import io.loquent.Option;
import io.loquent.decoding.ChosenToken;
import io.loquent.decoding.Hypothesis;
import io.loquent.decoding.Search;
import io.loquent.decoding.SearchSetup;
import io.loquent.decoding.StepOutput;
import io.loquent.decoding.logits.LogProbabilities;
import io.loquent.decoding.logits.ProcessorChain;
import io.loquent.decoding.logits.Sampler;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Greedy search and sampling (Hugging Face {@code _sample}): sequences that do not know of each
 * other, each growing by one token per step.
 */
final class PlainSearch implements Search {

  private final LogitsReader reader;
  private final ProcessorChain chain;
  private final TokenChoice choice;
  private final TopReport topReport;
  private final StopConditions stops;
  private final float[] raw;
  private final float[] scores;
  private final Sequence[] sequences;

  /** Which sequences are in the rows; first all of them in the prompt's row. */
  private final int[] sequenceOfRow;

  private final int[] parents;
  private final int[] tokens;
  private int rows;
  private boolean started;

  private PlainSearch(SearchSetup setup, ProcessorChain chain, TokenChoice choice, int count) {
    this.chain = chain;
    this.choice = choice;
    reader = new LogitsReader(setup);
    topReport = new TopReport(setup);
    stops = new StopConditions(setup);
    raw = new float[setup.vocabularySize()];
    scores = new float[setup.vocabularySize()];
    sequences = new Sequence[count];
    sequenceOfRow = new int[count];
    for (int i = 0; i < count; i++) {
      sequences[i] = new Sequence(setup.prompt().ids());
      sequenceOfRow[i] = i;
    }
    parents = new int[count];
    tokens = new int[count];
    rows = count;
  }

  static PlainSearch greedy(SearchSetup setup) {
    return new PlainSearch(
        setup,
        ProcessorChain.forGreedy(setup),
        (scores, row, position) -> LogProbabilities.mostProbable(scores),
        1);
  }

  static PlainSearch sampling(SearchSetup setup) {
    Sampler sampler = new Sampler(setup.seed());
    int count = setup.options().get(Option.NUM_RETURN_SEQUENCES).orElse(1);
    return new PlainSearch(setup, ProcessorChain.forSampling(setup), sampler::draw, count);
  }

  @Override
  public void choose(StepOutput output, int firstRow) {
    int next = 0;
    for (int row = 0; row < rows; row++) {
      int parent = started ? row : 0;
      int index = sequenceOfRow[row];
      Sequence sequence = sequences[index];
      ChosenToken token = choose(output, firstRow + parent, index, sequence);
      if (sequence.append(token, stops)) {
        parents[next] = parent;
        tokens[next] = token.id();
        sequenceOfRow[next] = index;
        next++;
      }
    }
    rows = next;
    started = true;
  }

  private ChosenToken choose(StepOutput output, int outputRow, int index, Sequence sequence) {
    double rawSum = reader.read(output, outputRow, raw, scores);
    chain.process(sequence.history, index, scores);
    int id = choice.choose(scores, index, sequence.history.generatedLength());
    double sum =
        chain.isEmpty() && !LogitsReader.isGuided(output)
            ? rawSum
            : LogProbabilities.logSumExp(scores);
    return new ChosenToken(id, scores[id] - sum, raw[id] - rawSum, topReport.of(scores, sum));
  }

  @Override
  public boolean isFinished() {
    return rows == 0;
  }

  @Override
  public void finish(FinishReason reason) {
    for (int row = 0; row < rows; row++) {
      sequences[sequenceOfRow[row]].end(reason);
    }
    rows = 0;
  }

  @Override
  public int rows() {
    return rows;
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
    return sequences[0].tokens.size();
  }

  @Override
  public Optional<FinishReason> firstFinishReason() {
    return Optional.ofNullable(sequences[0].reason);
  }

  @Override
  public ChosenToken token(int index) {
    return sequences[0].tokens.get(index);
  }

  @Override
  public List<Hypothesis> results() {
    List<Hypothesis> results = new ArrayList<>(sequences.length);
    for (Sequence sequence : sequences) {
      results.add(sequence.hypothesis());
    }
    return results;
  }

  /** Picks a token of processed scores. */
  @FunctionalInterface
  private interface TokenChoice {
    int choose(float[] scores, int row, int position);
  }

  /** One sequence. */
  private static final class Sequence {
    private final TokenHistory history;
    private final List<ChosenToken> tokens = new ArrayList<>();
    private double score;
    private @Nullable FinishReason reason;

    Sequence(int[] prompt) {
      history = new TokenHistory(prompt);
    }

    /** Appends a token and says whether the sequence goes on. */
    boolean append(ChosenToken token, StopConditions stops) {
      history.append(token.id());
      tokens.add(token);
      score += token.logProbability();
      reason = stops.after(history);
      return reason == null;
    }

    void end(FinishReason outside) {
      reason = outside;
    }

    Hypothesis hypothesis() {
      if (reason == null) {
        throw new IllegalStateException("the search is not finished; there is no result yet");
      }
      return new Hypothesis(tokens, score, reason);
    }
  }
}
