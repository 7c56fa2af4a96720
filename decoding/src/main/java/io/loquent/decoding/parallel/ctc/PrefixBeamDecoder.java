package io.loquent.decoding.parallel.ctc;

import io.loquent.decoding.ChosenToken;
import io.loquent.decoding.logits.TopTokens;
import io.loquent.decoding.parallel.ctc.BeamSettings.Pruning;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Prefix beam search (Graves and Jaitly 2014; Hannun et al. 2014): the probability of a sequence of
 * tokens is the sum over all ways in which frames say it, and the search keeps the best sequences,
 * not the best ways. It is exact where the beam is wide enough and nothing is pruned.
 *
 * <p>A result's score is the natural logarithm of its probability, plus what the language model and
 * hotwords add.
 */
final class PrefixBeamDecoder implements FrameDecoder {

  /** The rank of a beam that a frame adds no token to, below all tokens. */
  private static final int STAYS = -1;

  private final int blank;
  private final OptionalDouble frameSeconds;
  private final @Nullable PrefixScorer scorer;
  private final Pruning pruning;
  private final int results;
  private final TopTokens best;
  private List<Prefix> beams = new ArrayList<>();
  private List<Prefix> nextBeams = new ArrayList<>();

  /** The tokens that the frame may say. */
  private final int[] possible;

  private final boolean[] isPossible;
  private int possibleCount;

  /** By token, the number of the last prefix that was found to have it as a beam behind it. */
  private final long[] continuedBy;

  private long continued;
  private final Set<History> histories = new HashSet<>();

  /** What the future of a prefix depends on. */
  private record History(
      int token, int context, Hotwords.@Nullable Node hotword, String lastWord, String partial) {}

  PrefixBeamDecoder(
      BeamSettings settings, int vocabularySize, int blank, OptionalDouble frameSeconds) {
    this.blank = blank;
    this.frameSeconds = frameSeconds;
    scorer = settings.scorer();
    pruning = settings.pruning();
    results = settings.results();
    best = new TopTokens(settings.beams());
    possible = new int[vocabularySize];
    isPossible = new boolean[vocabularySize];
    continuedBy = new long[vocabularySize];
    beams.add(Prefix.empty(scorer == null ? PrefixBonus.NONE : scorer.begin()));
  }

  @Override
  public void accept(FrameScores frame) {
    findPossible(frame);
    best.clear();
    for (int beam = 0; beam < beams.size(); beam++) {
      Prefix prefix = beams.get(beam);
      boolean repeats = prefix.length() > 0 && isPossible[prefix.token()];
      prefix.stay(frame, blank, isPossible[blank], repeats);
      best.offer(beam, STAYS, prefix.nextLogProbability() + prefix.bonus().total());
      offerContinuations(frame, prefix, beam);
    }
    best.sort();
    select(frame);
  }

  private void findPossible(FrameScores frame) {
    for (int i = 0; i < possibleCount; i++) {
      isPossible[possible[i]] = false;
    }
    possibleCount = 0;
    int surest = frame.best();
    double least = Math.max(pruning.tokenMinimum(), -Double.MAX_VALUE);
    for (int id = 0; id < possible.length; id++) {
      if (id == surest || frame.logProbability(id) >= least) {
        possible[possibleCount++] = id;
        isPossible[id] = true;
      }
    }
  }

  /** Offers what a prefix becomes by one more token, unless that is a beam already. */
  private void offerContinuations(FrameScores frame, Prefix prefix, int beam) {
    continued++;
    for (Prefix child : prefix.children()) {
      if (child.isBeam()) {
        continuedBy[child.token()] = continued;
      }
    }
    double all = prefix.logProbability();
    double afterBlank = prefix.logProbabilityBefore(prefix.token());
    for (int i = 0; i < possibleCount; i++) {
      int token = possible[i];
      double before = token == prefix.token() ? afterBlank : all;
      if (token != blank && continuedBy[token] != continued && before > Ending.IMPOSSIBLE) {
        double logProbability = before + frame.logProbability(token);
        best.offer(beam, token, logProbability + bonus(prefix, token).total());
      }
    }
  }

  private PrefixBonus bonus(Prefix prefix, int token) {
    if (scorer == null) {
      return PrefixBonus.NONE;
    }
    Prefix child = prefix.child(token);
    return child == null ? scorer.extend(prefix.bonus(), token) : child.bonus();
  }

  private void select(FrameScores frame) {
    double least = best.score(0) + pruning.belowBest();
    nextBeams.clear();
    histories.clear();
    for (int rank = 0; rank < best.size() && best.score(rank) >= least; rank++) {
      Prefix prefix = beams.get(best.row(rank));
      int token = best.id(rank);
      if (token != STAYS) {
        Prefix child = prefix.child(token);
        prefix = child == null ? prefix.grow(token, bonus(prefix, token)) : child;
        prefix.appear(frame);
      }
      if (!pruning.history() || histories.add(history(prefix))) {
        nextBeams.add(prefix);
      } else if (token != STAYS) {
        prefix.drop();
      }
    }
    for (Prefix prefix : beams) {
      prefix.leave();
    }
    for (Prefix prefix : nextBeams) {
      prefix.advance();
    }
    for (Prefix prefix : beams) {
      if (!prefix.isBeam()) {
        prefix.drop();
      }
    }
    List<Prefix> old = beams;
    beams = nextBeams;
    nextBeams = old;
  }

  private static History history(Prefix prefix) {
    PrefixBonus bonus = prefix.bonus();
    return new History(
        prefix.token(), bonus.context(), bonus.hotword(), bonus.lastWord(), bonus.partial());
  }

  @Override
  public int settled() {
    Prefix common = beams.get(0);
    for (int beam = 1; beam < beams.size(); beam++) {
      common = Prefix.common(common, beams.get(beam));
    }
    return common.length();
  }

  @Override
  public List<ChosenToken> best() {
    Prefix first = beams.get(0);
    for (Prefix prefix : beams) {
      first = score(prefix) > score(first) ? prefix : first;
    }
    return Alignment.tokens(first.alignment(), frameSeconds);
  }

  private double score(Prefix prefix) {
    return prefix.logProbability() + (scorer == null ? 0 : scorer.end(prefix.bonus()));
  }

  @Override
  public List<Labelling> finish() {
    List<Prefix> ranked = new ArrayList<>(beams);
    // Stable, so that equal scores stay in the order of the search.
    ranked.sort(Comparator.comparingDouble(this::score).reversed());
    List<Labelling> labellings = new ArrayList<>();
    for (Prefix prefix : ranked.subList(0, Math.min(results, ranked.size()))) {
      List<ChosenToken> tokens = Alignment.tokens(prefix.alignment(), frameSeconds);
      labellings.add(new Labelling(tokens, score(prefix)));
    }
    return labellings;
  }
}
