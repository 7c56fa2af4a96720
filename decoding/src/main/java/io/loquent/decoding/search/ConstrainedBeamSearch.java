package io.loquent.decoding.search;

import io.loquent.FinishReason;
import io.loquent.Option;
import io.loquent.decoding.SearchSetup;
import io.loquent.decoding.StepOutput;
import io.loquent.decoding.logits.ProcessorChain;
import java.util.ArrayList;
import java.util.List;

/**
 * Beam search for sequences that contain given phrases (Anderson et al. 2017, Post and Vilar 2018;
 * Hugging Face {@code _constrained_beam_search} with {@code ConstrainedBeamSearchScorer}): beside
 * the most probable continuations there are those that bring a phrase on, and the beams are shared
 * out among the banks, which are the amounts of progress.
 *
 * <p>Which beams live depends on improbable and impossible ones (sums of -1e9 and of negative
 * infinity), because they too make progress and take up places; so they are kept, and sums are in
 * single precision, exactly as in Hugging Face. Impossible ones can be results if there are no
 * others. If too few running beams have all phrases at the length limit, the rest are results too.
 * Stop strings and criteria end single beams.
 */
final class ConstrainedBeamSearch extends BeamBasedSearch {

  private final int width;
  private final Beams beams;
  private final FinishedBeams finished;

  /** The best hypotheses that ended without all phrases: what there is if there is nothing else. */
  private final FinishedBeams incomplete;

  private final VocabularyContinuations continuations;

  /** By beam. */
  private List<PhraseProgress> progress = new ArrayList<>();

  ConstrainedBeamSearch(SearchSetup setup) {
    super(setup);
    width = settings.beams();
    int count = Continuations.count(width, stops.endTokenCount());
    beams = new Beams(width, setup.prompt().ids());
    beams.fillUp();
    finished = new FinishedBeams(width, settings, true);
    incomplete = new FinishedBeams(width, settings, true);
    continuations =
        new VocabularyContinuations(
            setup, ProcessorChain.forBeams(setup), width, count, new HeapRanking(count));
    List<Phrase> phrases = new ArrayList<>();
    for (List<List<Integer>> alternatives :
        setup.options().get(Option.FORCE_WORDS_IDS).orElse(List.of())) {
      phrases.add(new Phrase(alternatives, setup.vocabularySize()));
    }
    PhraseProgress start = new PhraseProgress(phrases);
    for (int id : setup.prompt().ids()) {
      start.add(id);
    }
    for (int beam = 0; beam < width; beam++) {
      progress.add(start);
    }
  }

  @Override
  public void choose(StepOutput output, int firstRow) {
    continuations.clear();
    for (int beam = 0; beam < beams.size(); beam++) {
      continuations.read(
          output,
          firstRow + (generated() == 0 ? 0 : beam),
          beam,
          beams.history(beam),
          beams.total(beam),
          null);
    }
    continuations.rank(generated());
    if (finished.size() == 0 && incomplete.size() == 0) {
      continuations.requireAny();
    }
    List<Offer> offers = sortOut();
    extend(share(offers));
    startNextRows();
    boolean isDone =
        continuations.size() == 0
            || beams.size() == 0
            || finished.isDone(continuations.total(0), generated());
    FinishReason atLength = stops.atLength(stops.limits().promptLength() + generated());
    if (isDone) {
      concludeFinished();
    } else if (atLength != null) {
      close(atLength);
    } else {
      for (int beam = 0; beam < beams.size(); beam++) {
        addRow(generated() == 1 ? 0 : beams.parent(beam), beams.token(beam));
      }
      settle(incomplete.common(finished.common(beams.common())));
    }
  }

  /** Separates the continuations that end from those that may become the next beams. */
  private List<Offer> sortOut() {
    List<Offer> offers = new ArrayList<>();
    for (int rank = 0; rank < continuations.size() && offers.size() < width; rank++) {
      int beam = continuations.beam(rank);
      int token = continuations.token(rank);
      FinishReason reason = stops.atContent(beams.history(beam), token);
      PhraseProgress after = progress.get(beam).copy();
      if (reason != FinishReason.END_OF_SEQUENCE) {
        after.add(token);
      }
      if (reason == null) {
        offers.add(new Offer(beam, token, (float) continuations.total(rank), after));
      } else if (rank < width) {
        (after.isComplete() ? finished : incomplete)
            .add(
                (float) continuations.total(rank),
                TokenPath.append(beams.path(beam), continuations.chosen(rank)),
                reason);
      }
    }
    return offers;
  }

  /** Adds what brings phrases on, and shares the beams out among the banks. */
  private List<Offer> share(List<Offer> offers) {
    int ordinary = offers.size();
    for (int beam = 0; beam < beams.size(); beam++) {
      PhraseProgress before = progress.get(beam).copy();
      if (before.isComplete()) {
        continue;
      }
      for (int token : before.advancing()) {
        PhraseProgress after = before.copySharingPlace();
        after.add(token);
        if (!isOffered(offers, beam, token)) {
          offers.add(new Offer(beam, token, (float) continuations.total(beam, token), after));
        }
      }
    }
    return offers.size() == ordinary ? offers : roundRobin(offers);
  }

  private boolean isOffered(List<Offer> offers, int beam, int token) {
    for (Offer offer : offers) {
      if (offer.token() == token
          && (offer.beam() == beam
              || beams.history(offer.beam()).hasTokensOf(beams.history(beam)))) {
        return true;
      }
    }
    return false;
  }

  /** Takes the best of each bank, then the second of each, and so on. */
  private List<Offer> roundRobin(List<Offer> offers) {
    offers.sort((a, b) -> Float.compare(b.merit(), a.merit()));
    List<Offer> shared = new ArrayList<>(width);
    for (int place = 0; shared.size() < Math.min(width, offers.size()); place++) {
      int bank = -1;
      int placeInBank = -1;
      for (Offer offer : offers) {
        // As in the original, a bank that others come between counts as two.
        placeInBank = offer.progress().bank() == bank ? placeInBank + 1 : 0;
        bank = offer.progress().bank();
        if (placeInBank == place && shared.size() < width) {
          shared.add(offer);
        }
      }
    }
    return shared;
  }

  private void extend(List<Offer> offers) {
    List<PhraseProgress> next = new ArrayList<>(offers.size());
    for (Offer offer : offers) {
      PhraseProgress after = progress.get(offer.beam()).copy();
      after.add(offer.token());
      next.add(after);
      beams.extend(offer.beam(), offer.total(), continuations.chosen(offer.beam(), offer.token()));
    }
    progress = next;
    beams.advance();
  }

  @Override
  void close(FinishReason reason) {
    int complete = addRunning(true, reason);
    if (complete < settings.returned()) {
      addRunning(false, reason);
    }
    concludeFinished();
  }

  private int addRunning(boolean complete, FinishReason reason) {
    int count = 0;
    for (int beam = 0; beam < beams.size(); beam++) {
      if (progress.get(beam).isComplete() == complete) {
        finished.add(beams.total(beam), beams.path(beam), reason);
        count++;
      }
    }
    return count;
  }

  private void concludeFinished() {
    conclude((finished.size() == 0 ? incomplete : finished).hypotheses());
  }

  /**
   * A continuation that may become a beam.
   *
   * @param beam the beam it continues
   * @param token what comes next
   * @param total the sum of log-probabilities
   * @param progress what it makes of the phrases
   */
  private record Offer(int beam, int token, float total, PhraseProgress progress) {

    /** Progress first, then probability; in single precision as in the original. */
    float merit() {
      return (float) (progress.bank() * 100) + total;
    }
  }
}
