package io.loquent.decoding.search;

import io.loquent.FinishReason;
import io.loquent.Option;
import io.loquent.Speculation;
import io.loquent.decoding.ChosenToken;
import io.loquent.decoding.Drafting;
import io.loquent.decoding.Drafts;
import io.loquent.decoding.Hypothesis;
import io.loquent.decoding.Search;
import io.loquent.decoding.SearchSetup;
import io.loquent.decoding.StepOutput;
import io.loquent.decoding.logits.LogProbabilities;
import io.loquent.decoding.logits.PossibleTokens;
import io.loquent.decoding.logits.ProcessorChain;
import io.loquent.decoding.logits.Sampler;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Greedy search and sampling (Hugging Face {@code _sample}): sequences that do not know of each
 * other, each growing by one token per step, or by more where tokens were guessed ahead.
 *
 * <p>What is chosen at a position is a function of the logits there, the tokens before it, and the
 * seed, the sequence and the position. So guessed tokens are verified by choosing: behind each one
 * the search chooses as if it had been reached alone, and goes on for as long as the choice is the
 * next guess. The result is the same with and without guesses, whatever they are, with every
 * processor and every way to end: the greedy verification of Stern et al. (2018), and for sampling
 * the one by common random numbers (Daliri et al. 2024). Guesses that were drawn from known
 * probabilities, with random numbers of their own, are verified by {@link RejectionSampling}: the
 * result then has the same distribution.
 */
final class PlainSearch implements Search {

  private final LogitsReader reader;
  private final ProcessorChain chain;
  private final TokenChoice choice;
  private final @Nullable RejectionSampling rejection;
  private final TopReport topReport;
  private final StopConditions stops;

  /** Whether logits are only looked at, so that they need not be copied. */
  private final boolean readsInPlace;

  /** Whether the most probable token is all that is wanted then. */
  private final boolean isPlainest;

  private final int vocabularySize;
  private final RowLogits raw;

  /** What processors and guidance change; the logits themselves serve where there are none. */
  private float[] scores = new float[0];

  private final PossibleTokens possible = new PossibleTokens();
  private final Sequence[] sequences;
  private final TokenHistory[] histories;

  /** Which sequences go on; at first all of them, in the prompt's row. */
  private final int[] sequenceOfRow;

  private final int[] parents;
  private final int[] tokens;

  /** How many sequences go on. */
  private int live;

  private boolean started;
  private final @Nullable SpeculativeRows guesses;

  private PlainSearch(
      SearchSetup setup,
      ProcessorChain chain,
      TokenChoice choice,
      @Nullable RejectionSampling rejection,
      int count,
      boolean isGreedy) {
    this.chain = chain;
    this.choice = choice;
    this.rejection = rejection;
    reader = new LogitsReader(setup);
    topReport = new TopReport(setup);
    stops = new StopConditions(setup);
    readsInPlace = !chain.hasProcessors() && reader.isVerbatim();
    isPlainest = isGreedy && chain.isEmpty() && reader.isVerbatim() && topReport.isOff();
    vocabularySize = setup.vocabularySize();
    raw = new RowLogits(reader, vocabularySize);
    sequences = new Sequence[count];
    histories = new TokenHistory[count];
    sequenceOfRow = new int[count];
    for (int i = 0; i < count; i++) {
      sequences[i] = new Sequence(setup.prompt().ids());
      histories[i] = sequences[i].history;
      sequenceOfRow[i] = i;
    }
    parents = new int[count];
    tokens = new int[count];
    live = count;
    Drafting drafting = setup.drafting();
    guesses =
        drafting == null
            ? null
            : new SpeculativeRows(drafting, stops, count, setup.vocabularySize());
  }

  static PlainSearch greedy(SearchSetup setup) {
    return new PlainSearch(
        setup,
        ProcessorChain.forGreedy(setup),
        (possible, row, position) -> possible.mostProbable(),
        null,
        1,
        true);
  }

  static PlainSearch sampling(SearchSetup setup) {
    Sampler sampler = new Sampler(setup.seed());
    return sampling(setup, sampler, new RejectionSampling(setup.seed(), sampler));
  }

  static PlainSearch sampling(SearchSetup setup, Sampler sampler, RejectionSampling rejection) {
    int count = setup.options().get(Option.NUM_RETURN_SEQUENCES).orElse(1);
    return new PlainSearch(
        setup, ProcessorChain.forSampling(setup), sampler::draw, rejection, count, false);
  }

  @Override
  public void choose(StepOutput output, int firstRow) {
    if (guesses != null) {
      guesses.beginChoice();
    }
    int next = 0;
    for (int row = 0; row < live; row++) {
      int index = sequenceOfRow[row];
      boolean goesOn = extend(output, firstRow, row, index);
      if (goesOn) {
        parents[next] = continued(row);
        tokens[next] = sequences[index].newest();
        sequenceOfRow[next] = index;
        next++;
      }
    }
    live = next;
    started = true;
    if (guesses != null) {
      guesses.endChoice();
      guesses.guess(sequenceOfRow, live, histories, parents, tokens);
    }
  }

  /** The row of the run that a sequence goes on in. */
  private int continued(int row) {
    if (!started) {
      return 0;
    }
    return guesses == null ? row : guesses.paths().row();
  }

  /** Chooses a sequence's next token, and further ones while they are as guessed. */
  private boolean extend(StepOutput output, int firstRow, int row, int index) {
    Sequence sequence = sequences[index];
    if (guesses == null || !started || !guesses.follow(row, output, firstRow)) {
      int outputRow = firstRow + continued(row);
      return sequence.append(choose(output, outputRow, index, sequence, choice), stops);
    }
    PathRows paths = guesses.paths();
    int newest = sequence.newest();
    int first = sequence.tokens.size();
    boolean goesOn = true;
    boolean asGuessed = true;
    while (goesOn && asGuessed) {
      StepOutput there = PositionOutput.of(output, paths.accepted());
      TokenChoice rule = choiceAt(guesses, row, paths);
      int outputRow = firstRow + paths.row();
      goesOn = sequence.append(choose(there, outputRow, index, sequence, rule), stops);
      asGuessed = paths.accept(sequence.newest());
    }
    guesses.learn(output, firstRow, row, index, newest);
    guesses.verified(row, index, first);
    return goesOn;
  }

  /** How to choose where a guess is to be verified. */
  private TokenChoice choiceAt(SpeculativeRows rowsOfGuesses, int row, PathRows paths) {
    int guess = paths.accepted();
    if (rejection == null || guess >= paths.guessed(paths.row())) {
      return choice;
    }
    float[] drawnFrom = rowsOfGuesses.drawnFrom(row, guess);
    if (drawnFrom == null) {
      return choice;
    }
    int drawn = paths.guess(paths.row(), guess);
    return (left, index, position) -> rejection.choose(left, drawn, drawnFrom, index, position);
  }

  private ChosenToken choose(
      StepOutput output, int outputRow, int index, Sequence sequence, TokenChoice rule) {
    FloatBuffer logits = readsInPlace ? output.logitsInPlace(outputRow) : null;
    if (logits != null && isPlainest) {
      return mostProbable(output, outputRow, logits);
    }
    raw.begin(output, outputRow, logits, possible);
    if (logits == null && (chain.hasProcessors() || LogitsReader.isGuided(output))) {
      if (scores.length == 0) {
        scores = new float[vocabularySize];
      }
      LogitsReader.copy(output, outputRow, raw.copied(), scores);
      chain.runProcessors(sequence.history, scores);
      possible.start(scores);
    }
    chain.warp(sequence.history, index, possible);
    int id = rule.choose(possible, index, sequence.history.generatedLength());
    double sum = possible.logSumExp();
    return new ChosenToken(
        id, possible.score(id) - sum, raw.logProbability(id), topReport.of(possible, sum));
  }

  private ChosenToken mostProbable(StepOutput output, int outputRow, FloatBuffer logits) {
    int newest = output.positions(outputRow) - 1;
    FloatBuffer probabilities = output.probabilitiesInPlace(outputRow, newest);
    if (probabilities == null) {
      return LogProbabilities.mostProbable(logits, vocabularySize);
    }
    int id = LogProbabilities.mostProbableId(logits, vocabularySize);
    double logProbability = LogProbabilities.ofSoftmax(probabilities, vocabularySize, id);
    return new ChosenToken(id, logProbability, logProbability, List.of());
  }

  @Override
  public boolean probabilitiesWanted() {
    return reader.isVerbatim();
  }

  @Override
  public boolean isFinished() {
    return live == 0;
  }

  @Override
  public void finish(FinishReason reason) {
    for (int row = 0; row < live; row++) {
      sequences[sequenceOfRow[row]].end(reason);
    }
    live = 0;
  }

  @Override
  public int rows() {
    return guesses == null || !started || live == 0 ? live : guesses.paths().count();
  }

  @Override
  public int[] parents() {
    return guesses == null ? parents : guesses.paths().parents();
  }

  @Override
  public int[] tokens() {
    return guesses == null ? tokens : guesses.paths().tokens();
  }

  @Override
  public Drafts drafts() {
    return guesses == null ? Drafts.NONE : guesses;
  }

  @Override
  public Optional<Speculation> speculation() {
    return guesses == null ? Optional.empty() : Optional.of(guesses.speculation(longest()));
  }

  private int longest() {
    int longest = 0;
    for (Sequence sequence : sequences) {
      longest = Math.max(longest, sequence.tokens.size());
    }
    return longest;
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

  /** Picks one of the tokens that can be chosen. */
  @FunctionalInterface
  private interface TokenChoice {
    int choose(PossibleTokens possible, int row, int position);
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

    int newest() {
      return tokens.get(tokens.size() - 1).id();
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
