package io.loquent.decoding.parallel.dag;

import io.loquent.DagStrategy;
import io.loquent.GenerationOptions;
import io.loquent.InvalidRequestException;
import io.loquent.Option;
import io.loquent.decoding.SearchSetup;
import io.loquent.decoding.parallel.OptionRules;
import io.loquent.decoding.parallel.ParallelSetup;
import io.loquent.decoding.parallel.ReadOptions;
import io.loquent.decoding.parallel.TokenLanguageModel;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Reads the options for directed acyclic Transformers, and checks that they go together. */
final class DagRules {

  private static final int DEFAULT_BEAMS = 200;

  private DagRules() {}

  /**
   * Reads a request.
   *
   * @throws InvalidRequestException if its options contradict each other
   */
  static DagSettings check(ParallelSetup setup, @Nullable TokenLanguageModel languageModel) {
    GenerationOptions requested = setup.search().request().options();
    DagStrategy strategy = strategy(setup.search().options(), requested);
    SearchSetup search = rules(strategy).apply(setup.search());
    GenerationOptions options = search.options();
    int beams = options.get(Option.NUM_BEAMS).orElse(DEFAULT_BEAMS);
    int sequences = options.get(Option.NUM_RETURN_SEQUENCES).orElse(1);
    checkSequences(strategy, sequences, beams);
    checkLanguageModel(strategy, options, requested, languageModel);
    return new DagSettings(
        search,
        setup.model(),
        strategy,
        sequences,
        options.get(Option.DAG_BETA).orElse(1.0),
        options.get(Option.LENGTH_PENALTY).orElse(1.0),
        options.get(Option.NO_REPEAT_NGRAM_SIZE).orElse(0),
        beams,
        strategy == DagStrategy.BEAM ? languageModel : null,
        options.get(Option.LM_ALPHA).orElse(0.5));
  }

  /** What the request itself sets goes before what comes from defaults. */
  private static DagStrategy strategy(GenerationOptions options, GenerationOptions requested) {
    boolean beams = options.get(Option.NUM_BEAMS).orElse(1) > 1;
    boolean samples = options.get(Option.DO_SAMPLE).orElse(false);
    if (!requested.get(Option.DAG_STRATEGY).isPresent()) {
      if (beams && requested.get(Option.NUM_BEAMS).isPresent()) {
        return DagStrategy.BEAM;
      }
      if (samples && requested.get(Option.DO_SAMPLE).isPresent()) {
        return DagStrategy.SAMPLE;
      }
    }
    DagStrategy otherwise = samples ? DagStrategy.SAMPLE : DagStrategy.LOOKAHEAD;
    return options.get(Option.DAG_STRATEGY).orElse(beams ? DagStrategy.BEAM : otherwise);
  }

  private static OptionRules rules(DagStrategy strategy) {
    return new OptionRules(
        ReadOptions.ofDag(strategy), () -> "dag_strategy \"" + name(strategy) + "\"");
  }

  private static void checkSequences(DagStrategy strategy, int sequences, int beams) {
    if (strategy == DagStrategy.BEAM && sequences > beams) {
      throw new InvalidRequestException(
          "num_return_sequences is "
              + sequences
              + ", but num_beams is "
              + beams
              + "; a beam search returns at most as many sequences as it has beams");
    }
    if (sequences > 1 && strategy != DagStrategy.BEAM && strategy != DagStrategy.SAMPLE) {
      throw new InvalidRequestException(
          "num_return_sequences is "
              + sequences
              + ", but dag_strategy \""
              + name(strategy)
              + "\" has only one result; set dag_strategy to \"beam\" or \"sample\"");
    }
  }

  private static void checkLanguageModel(
      DagStrategy strategy,
      GenerationOptions options,
      GenerationOptions requested,
      @Nullable TokenLanguageModel languageModel) {
    if (strategy != DagStrategy.BEAM || languageModel != null) {
      return;
    }
    if (options.get(Option.LANGUAGE_MODEL).isPresent()) {
      throw new IllegalArgumentException(
          "language_model is set, but the search is made without the model that it names");
    }
    if (requested.get(Option.LM_ALPHA).isPresent()) {
      throw new InvalidRequestException(
          "lm_alpha is "
              + requested.get(Option.LM_ALPHA).get()
              + ", but there is no language model that it could weigh; set language_model too");
    }
  }

  private static String name(DagStrategy strategy) {
    return strategy.name().toLowerCase(Locale.ROOT);
  }
}
