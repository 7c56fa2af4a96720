package io.loquent.decoding.parallel.ctc;

import io.loquent.FinishReason;
import io.loquent.decoding.ChosenToken;
import io.loquent.decoding.Hypothesis;
import io.loquent.decoding.SearchSetup;
import io.loquent.decoding.parallel.Outcome;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Keeps the results of a search over frames once there are any. Confined to one thread. */
final class FrameResults {

  private final Outcome outcome;
  private final @Nullable CtcVocabulary vocabulary;
  private @Nullable List<Hypothesis> results;

  FrameResults(SearchSetup setup, @Nullable CtcVocabulary vocabulary) {
    outcome = new Outcome(setup);
    this.vocabulary = vocabulary;
  }

  void complete(List<Labelling> labellings) {
    List<Hypothesis> hypotheses = new ArrayList<>();
    for (Labelling labelling : labellings) {
      hypotheses.add(withWords(outcome.complete(labelling.tokens(), labelling.score())));
    }
    results = hypotheses;
  }

  void stop(Labelling labelling, FinishReason reason) {
    results = List.of(withWords(outcome.stopped(labelling.tokens(), labelling.score(), reason)));
  }

  private Hypothesis withWords(Hypothesis hypothesis) {
    return vocabulary == null
        ? hypothesis
        : new Hypothesis(
            hypothesis.tokens(),
            hypothesis.score(),
            hypothesis.finishReason(),
            vocabulary.words(hypothesis.tokens()));
  }

  boolean areThere() {
    return results != null;
  }

  /** Returns the tokens of the first result; none while there is none. */
  List<ChosenToken> first() {
    return results == null ? List.of() : results.get(0).tokens();
  }

  List<Hypothesis> get() {
    if (results == null) {
      throw new IllegalStateException("the search is not finished; there is no result yet");
    }
    return results;
  }
}
