package io.loquent.decoding.parallel.ctc;

import io.loquent.GenerationOptions;
import io.loquent.InvalidRequestException;
import io.loquent.Option;
import io.loquent.decoding.SearchSetup;
import io.loquent.decoding.parallel.OptionRules;
import io.loquent.decoding.parallel.ReadOptions;
import java.util.List;

/** Keeps a request to what CTC reads, and checks that it goes together. */
final class CtcRules implements OptionRules.Refusals {

  private final boolean isStream;
  private final GenerationOptions requested;
  private final int beams;

  private CtcRules(SearchSetup setup, boolean isStream) {
    this.isStream = isStream;
    requested = setup.request().options();
    beams = setup.options().get(Option.NUM_BEAMS).orElse(1);
  }

  /**
   * Checks a request.
   *
   * @param takesAlignments whether the graph takes partial alignments
   * @return the request with those options only that are read
   * @throws InvalidRequestException if it asks for what CTC does not do
   */
  static SearchSetup check(SearchSetup setup, boolean takesAlignments) {
    CtcRules rules = new CtcRules(setup, false);
    SearchSetup read = new OptionRules(ReadOptions.ofCtc(rules.beams > 1), rules).apply(setup);
    boolean hasLanguageModel = read.options().get(Option.LANGUAGE_MODEL).isPresent();
    rules.check(read.options(), hasLanguageModel, takesAlignments);
    return read;
  }

  /**
   * Checks the options of a stream.
   *
   * @param hasLanguageModel whether it was given a language model
   * @return the request with those options only that are read
   * @throws InvalidRequestException if they ask for what a stream does not do
   */
  static SearchSetup checkStream(SearchSetup setup, boolean hasLanguageModel) {
    CtcRules rules = new CtcRules(setup, true);
    SearchSetup read =
        new OptionRules(ReadOptions.ofCtcStream(rules.beams > 1), rules).apply(setup);
    rules.check(read.options(), hasLanguageModel, false);
    return read;
  }

  private void check(GenerationOptions options, boolean hasLanguageModel, boolean takesAlignments) {
    checkLengthPenalty();
    needs(Option.HOTWORD_WEIGHT, Option.HOTWORDS, options.get(Option.HOTWORDS).isPresent());
    needs(Option.LM_ALPHA, Option.LANGUAGE_MODEL, hasLanguageModel);
    needs(Option.LM_BETA, Option.LANGUAGE_MODEL, hasLanguageModel);
    checkIterations(options.get(Option.MAX_ITERATIONS).orElse(1), takesAlignments);
    checkResults(options.get(Option.NUM_RETURN_SEQUENCES).orElse(1));
  }

  /** Where scores are divided by lengths, 1 asks for nothing; here they are not. */
  private void checkLengthPenalty() {
    requested
        .get(Option.LENGTH_PENALTY)
        .ifPresent(
            penalty -> {
              throw new InvalidRequestException(unread(Option.LENGTH_PENALTY, penalty));
            });
  }

  @Override
  public String way() {
    return isStream ? "a CTC stream" : "a CTC search";
  }

  @Override
  public String unread(Option<?> option, Object value) {
    return ReadOptions.ofCtcStream(true).contains(option)
        ? option
            + " is set, but num_beams is 1, and only a beam search of CTC compares candidates; set"
            + " num_beams, to 100 for instance"
        : option + " is set, but " + way() + " does not take it; leave it out";
  }

  @Override
  public String severalTokens(Option<?> option, List<Integer> tokens) {
    return option
        + " has "
        + tokens
        + ", but CTC scores all frames at once, without knowing the token before; give single"
        + " tokens";
  }

  private void needs(Option<?> option, Option<?> other, boolean isThere) {
    if (OptionRules.isAskedFor(option, requested) && !isThere) {
      throw new InvalidRequestException(
          option + " is set, but " + other + " is not; set it, or leave " + option + " out");
    }
  }

  private void checkIterations(int iterations, boolean takesAlignments) {
    if (iterations > 1 && !takesAlignments) {
      throw new InvalidRequestException(
          "max_iterations is "
              + iterations
              + ", but the model's graph takes no partial alignment (there is no mask token), so CTC"
              + " has nothing to repeat; set it to 1");
    }
    if (iterations > 1 && beams > 1) {
      throw new InvalidRequestException(
          "max_iterations is "
              + iterations
              + " and num_beams is "
              + beams
              + "; block decoding keeps one alignment only, so set one of them to 1");
    }
  }

  private void checkResults(int results) {
    if (results > beams) {
      throw new InvalidRequestException(
          "num_return_sequences is "
              + results
              + ", but num_beams is "
              + beams
              + "; CTC returns at most as many candidates as it has beams");
    }
  }
}
