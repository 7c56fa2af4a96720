package io.loquent.decoding.logits;

import io.loquent.GenerationOptions;
import io.loquent.InvalidRequestException;
import io.loquent.LogitsProcessor;
import io.loquent.Option;
import io.loquent.SequenceBias;
import io.loquent.decoding.SearchSetup;
import io.loquent.decoding.SequenceLimits;
import io.loquent.decoding.constraint.ConstraintPaths;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * Turns options into the processors and warpers of a {@link ProcessorChain}, in order. An option
 * that is unset, switched off or neutral gives none.
 */
final class ChainAssembly {

  private static final int DEFAULT_TOP_K = 50;

  private final SearchSetup setup;
  private final GenerationOptions options;
  private final int vocabularySize;
  private final List<Integer> endTokens;
  private final List<LogitsProcessor> processors = new ArrayList<>();
  private final List<Warper> warpers = new ArrayList<>();

  ChainAssembly(SearchSetup setup) {
    this.setup = setup;
    options = setup.options();
    vocabularySize = setup.vocabularySize();
    endTokens = options.get(Option.EOS_TOKEN_ID).orElse(List.of());
  }

  ProcessorChain chain() {
    return new ProcessorChain(processors, warpers);
  }

  ChainAssembly processors() {
    if (setup.constraint() != null) {
      add(new ConstrainedTokens(setup.constraint(), reachableEndTokens()));
    }
    addBiases();
    addPenalties();
    addNgramBans();
    options
        .get(Option.BAD_WORDS_IDS)
        .ifPresent(
            words -> {
              words.forEach(word -> check(Option.BAD_WORDS_IDS, word));
              add(BiasedSequences.forbidding(words, endTokens));
            });
    addLengthRules();
    if (options.get(Option.REMOVE_INVALID_VALUES).orElse(false)) {
      add((tokens, scores) -> LogProbabilities.removeInvalidValues(scores));
    }
    addDecay();
    addSuppressions();
    setup.request().logitsProcessors().forEach(this::add);
    return this;
  }

  /** Refuses to go on where a constraint leaves tokens but all of them have been forbidden. */
  ChainAssembly deadEnds() {
    if (setup.constraint() != null) {
      add(new DeadEndCheck(setup.constraint(), reachableEndTokens()));
    }
    return this;
  }

  /**
   * Adds the warpers of sampling.
   *
   * @param tokensToKeep how many tokens each of them leaves at least
   */
  ChainAssembly warpers(int tokensToKeep) {
    double temperature = options.get(Option.TEMPERATURE).orElse(1.0);
    if (temperature != 1) {
      warpers.add(new Temperature(temperature));
    }
    options
        .get(Option.TOP_N_SIGMA)
        .ifPresent(sigma -> warpers.add(new TopNSigma(sigma, new ScoreFloor(tokensToKeep))));
    int topK = options.isOff(Option.TOP_K) ? 0 : options.get(Option.TOP_K).orElse(DEFAULT_TOP_K);
    if (topK > 0) {
      warpers.add(new TopK(Math.max(topK, tokensToKeep), vocabularySize));
    }
    double topP = options.get(Option.TOP_P).orElse(1.0);
    if (topP < 1) {
      warpers.add(new TopP(topP, tokensToKeep));
    }
    double minP = options.get(Option.MIN_P).orElse(0.0);
    if (minP > 0) {
      warpers.add(new MinP(minP, new ScoreFloor(tokensToKeep)));
    }
    double typicalP = options.get(Option.TYPICAL_P).orElse(1.0);
    if (typicalP < 1) {
      warpers.add(new Typical(typicalP, tokensToKeep));
    }
    addCutoffs(tokensToKeep);
    addExclusion(tokensToKeep);
    return this;
  }

  ChainAssembly renormalization() {
    if (options.get(Option.RENORMALIZE_LOGITS).orElse(false)) {
      warpers.add((tokens, row, possible) -> possible.normalize());
    }
    return this;
  }

  private void addBiases() {
    List<SequenceBias> biases = options.get(Option.SEQUENCE_BIAS).orElse(List.of());
    biases.forEach(bias -> check(Option.SEQUENCE_BIAS, bias.tokens()));
    if (!biases.isEmpty()) {
      add(BiasedSequences.biasing(biases));
    }
  }

  private void addPenalties() {
    double encoderRepetition = options.get(Option.ENCODER_REPETITION_PENALTY).orElse(1.0);
    if (encoderRepetition != 1) {
      int[] encoderIds = encoderIds(Option.ENCODER_REPETITION_PENALTY);
      add(new EncoderRepetitionPenalty(encoderRepetition, encoderIds, vocabularySize));
    }
    double repetition = options.get(Option.REPETITION_PENALTY).orElse(1.0);
    if (repetition != 1) {
      add(new RepetitionPenalty(repetition, vocabularySize));
    }
    double presence = options.get(Option.PRESENCE_PENALTY).orElse(0.0);
    double frequency = options.get(Option.FREQUENCY_PENALTY).orElse(0.0);
    if (presence != 0 || frequency != 0) {
      add(new OccurrencePenalty(presence, frequency, vocabularySize));
    }
  }

  private void addNgramBans() {
    int size = options.get(Option.NO_REPEAT_NGRAM_SIZE).orElse(0);
    if (size > 0) {
      add(new NoRepeatNgram(size));
    }
    int encoderSize = options.get(Option.ENCODER_NO_REPEAT_NGRAM_SIZE).orElse(0);
    if (encoderSize > 0) {
      int[] encoderIds = encoderIds(Option.ENCODER_NO_REPEAT_NGRAM_SIZE);
      add(new EncoderNoRepeatNgram(encoderSize, encoderIds));
    }
    double multiplier = options.get(Option.DRY_MULTIPLIER).orElse(0.0);
    int lastTokens = options.get(Option.DRY_PENALTY_LAST_N).orElse(-1);
    if (multiplier > 0 && lastTokens != 0) {
      List<Integer> breakers = options.get(Option.DRY_SEQUENCE_BREAKERS).orElse(List.of());
      check(Option.DRY_SEQUENCE_BREAKERS, breakers);
      add(
          new DryPenalty(
              multiplier,
              options.get(Option.DRY_BASE).orElse(1.75),
              options.get(Option.DRY_ALLOWED_LENGTH).orElse(2),
              lastTokens,
              breakers,
              vocabularySize));
    }
  }

  private void addLengthRules() {
    SequenceLimits limits = SequenceLimits.of(setup);
    int[] ends = reachableEndTokens();
    if (limits.minLength() > limits.promptLength() && ends.length > 0) {
      add(new BannedTokens(ends, 0, limits.minLength()));
    }
    setup
        .request()
        .prefixAllowedTokens()
        .ifPresent(callback -> add(new AllowedTokens(callback, vocabularySize)));
    options
        .get(Option.FORCED_BOS_TOKEN_ID)
        .ifPresent(id -> add(new ForcedTokens(check(Option.FORCED_BOS_TOKEN_ID, List.of(id)), 1)));
    options.get(Option.FORCED_EOS_TOKEN_ID).ifPresent(ids -> addForcedEnd(ids, limits));
  }

  private void addForcedEnd(List<Integer> ids, SequenceLimits limits) {
    LogitsProcessor forced =
        new ForcedTokens(check(Option.FORCED_EOS_TOKEN_ID, ids), limits.requestedMaxLength() - 1);
    ConstraintPaths constraint = setup.constraint();
    if (constraint == null) {
      add(forced);
      return;
    }
    // Elsewhere an end token would pass off the beginning of a text as a whole one.
    add(
        (tokens, scores) -> {
          if (constraint.after(tokens).isAccepting()) {
            forced.process(tokens, scores);
          }
        });
  }

  private void addDecay() {
    options
        .get(Option.EXPONENTIAL_DECAY_LENGTH_PENALTY)
        .ifPresent(
            decay -> {
              if (endTokens.isEmpty()) {
                throw new InvalidRequestException(
                    Option.EXPONENTIAL_DECAY_LENGTH_PENALTY
                        + " raises the score of the end token, but "
                        + Option.EOS_TOKEN_ID
                        + " is not set; set it, or switch the penalty off");
              }
              add(new ExponentialDecayPenalty(decay, reachableEndTokens()));
            });
  }

  private void addSuppressions() {
    List<Integer> always = options.get(Option.SUPPRESS_TOKENS).orElse(List.of());
    if (!always.isEmpty()) {
      add(new BannedTokens(check(Option.SUPPRESS_TOKENS, always), 0, Integer.MAX_VALUE));
    }
    List<Integer> first = options.get(Option.BEGIN_SUPPRESS_TOKENS).orElse(List.of());
    if (!first.isEmpty()) {
      int begin = setup.prompt().ids().length;
      // The forced token is no beginning: the one after it is.
      if (begin <= 1 && options.get(Option.FORCED_BOS_TOKEN_ID).isPresent()) {
        begin++;
      }
      add(new BannedTokens(check(Option.BEGIN_SUPPRESS_TOKENS, first), begin, begin + 1));
    }
  }

  private void addCutoffs(int tokensToKeep) {
    double epsilon = options.get(Option.EPSILON_CUTOFF).orElse(0.0);
    if (epsilon > 0) {
      warpers.add(new EpsilonCutoff(epsilon, new ScoreFloor(tokensToKeep)));
    }
    double eta = options.get(Option.ETA_CUTOFF).orElse(0.0);
    if (eta > 0) {
      warpers.add(new EtaCutoff(eta, new ScoreFloor(tokensToKeep)));
    }
  }

  private void addExclusion(int tokensToKeep) {
    double probability = options.get(Option.XTC_PROBABILITY).orElse(0.0);
    if (probability > 0) {
      double threshold = options.get(Option.XTC_THRESHOLD).orElse(0.1);
      warpers.add(new ExcludeTopChoices(probability, threshold, tokensToKeep, setup.seed()));
    }
  }

  private void add(LogitsProcessor processor) {
    processors.add(processor);
  }

  private int[] encoderIds(Option<?> option) {
    int[] ids = setup.prompt().encoderIds();
    if (ids.length == 0) {
      throw new InvalidRequestException(
          option + " needs an input of tokens, but this input has none; switch it off");
    }
    return ids;
  }

  /**
   * Returns the end tokens that have scores. Some published folders name others too; as the model
   * cannot generate them, there is nothing to do about them.
   */
  private int[] reachableEndTokens() {
    return endTokens.stream()
        .mapToInt(Integer::intValue)
        .filter(id -> id < vocabularySize)
        .toArray();
  }

  private int[] check(Option<?> option, Collection<Integer> ids) {
    for (int id : ids) {
      if (id >= vocabularySize) {
        throw new InvalidRequestException(
            option
                + " names token "
                + id
                + ", but the model's vocabulary has "
                + vocabularySize
                + " tokens, so ids go up to "
                + (vocabularySize - 1));
      }
    }
    return ids.stream().mapToInt(Integer::intValue).toArray();
  }
}
