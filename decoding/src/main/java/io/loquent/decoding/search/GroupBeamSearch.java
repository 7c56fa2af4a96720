package io.loquent.decoding.search;

import io.loquent.FinishReason;
import io.loquent.GenerationOptions;
import io.loquent.Option;
import io.loquent.decoding.Hypothesis;
import io.loquent.decoding.SearchSetup;
import io.loquent.decoding.StepOutput;
import io.loquent.decoding.logits.ProcessorChain;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Diverse beam search (Vijayakumar et al. 2016; Hugging Face {@code _group_beam_search} with {@code
 * BeamSearchScorer} and {@code HammingDiversityLogitsProcessor}): groups of beams choose one after
 * another, and pay for each beam of an earlier group that chose the same token at the same step.
 *
 * <p>Stop strings and criteria end single beams, as in plain beam search; Hugging Face would only
 * stop when all beams of all groups meet one at the same step.
 */
final class GroupBeamSearch extends BeamBasedSearch {

  private final int width;
  private final float diversityPenalty;

  /** What a group that is done counts as choosing; -1 where there is no such token. */
  private final int padToken;

  private final VocabularyContinuations continuations;
  private final List<Group> groups = new ArrayList<>();

  /** By token: what choosing it costs a group now, and which tokens cost anything. */
  private final float[] penalties;

  private final int[] penalized;
  private int penalizedCount;

  GroupBeamSearch(SearchSetup setup) {
    super(setup);
    GenerationOptions options = setup.options();
    int groupCount = options.get(Option.NUM_BEAM_GROUPS).orElse(1);
    width = settings.beams() / groupCount;
    int count = Continuations.count(width, stops.endTokenCount());
    diversityPenalty = options.get(Option.DIVERSITY_PENALTY).orElse(0.0).floatValue();
    List<Integer> ends = options.get(Option.EOS_TOKEN_ID).orElse(List.of());
    padToken = options.get(Option.PAD_TOKEN_ID).orElse(ends.isEmpty() ? -1 : ends.get(0));
    continuations =
        new VocabularyContinuations(
            setup, ProcessorChain.forBeams(setup), width, count, Ranking.best(count));
    penalties = new float[setup.vocabularySize()];
    penalized = new int[settings.beams() + groupCount];
    for (int i = 0; i < groupCount; i++) {
      groups.add(new Group(new Beams(width, setup.prompt().ids())));
    }
  }

  @Override
  public void choose(StepOutput output, int firstRow) {
    for (int index = 0; index < groups.size(); index++) {
      Group group = groups.get(index);
      if (group.isDone) {
        penalize(padToken, width);
      } else {
        group.choose(output, firstRow, index);
      }
    }
    forgetPenalties();
    startNextRows();
    boolean allDone = true;
    for (Group group : groups) {
      allDone &= group.isDone;
      group.layOut();
    }
    int length = stops.limits().promptLength() + generated();
    FinishReason atLength = stops.atLength(length);
    if (allDone) {
      concludeGroups();
    } else if (atLength != null) {
      close(atLength);
    }
  }

  private void penalize(int token, int beams) {
    if (beams > 0 && token >= 0 && token < penalties.length) {
      penalties[token] += diversityPenalty * beams;
      penalized[penalizedCount++] = token;
    }
  }

  private void forgetPenalties() {
    while (penalizedCount > 0) {
      penalties[penalized[--penalizedCount]] = 0;
    }
  }

  @Override
  void close(FinishReason reason) {
    for (Group group : groups) {
      group.close(reason);
    }
    concludeGroups();
  }

  private void concludeGroups() {
    List<Hypothesis> hypotheses = new ArrayList<>();
    // Of equals the last comes first, as in the original.
    for (int index = groups.size() - 1; index >= 0; index--) {
      hypotheses.addAll(groups.get(index).finished.hypotheses());
    }
    hypotheses.sort(Comparator.comparingDouble(Hypothesis::score).reversed());
    conclude(hypotheses);
  }

  /** One group: a small beam search of its own. */
  private final class Group {
    private final Beams beams;
    private final FinishedBeams finished = new FinishedBeams(width, settings, true);
    private boolean isDone;

    /** The first of its rows in the present run. */
    private int firstOwnRow;

    Group(Beams beams) {
      this.beams = beams;
    }

    void choose(StepOutput output, int firstRow, int index) {
      continuations.clear();
      for (int beam = 0; beam < beams.size(); beam++) {
        continuations.read(
            output,
            firstRow + firstOwnRow + beam,
            index * width + beam,
            beams.history(beam),
            beams.total(beam),
            index == 0 ? null : penalties);
      }
      continuations.rank(generated());
      if (finished.size() == 0) {
        continuations.requireAny();
      }
      sortOut();
      isDone = beams.nextSize() == 0 || finished.isDone(continuations.total(0), generated() + 1);
      for (int beam = 0; beam < beams.nextSize(); beam++) {
        penalize(beams.nextToken(beam), 1);
      }
      if (beams.nextSize() > 0) {
        // Hugging Face fills a group that has too few continuations with copies of its best one.
        penalize(beams.nextToken(0), width - beams.nextSize());
      }
    }

    private void sortOut() {
      for (int rank = 0; rank < continuations.size() && beams.nextSize() < width; rank++) {
        int beam = continuations.beam(rank);
        int token = continuations.token(rank);
        FinishReason reason = stops.atContent(beams.history(beam), token);
        if (reason == null) {
          beams.extend(beam, continuations.total(rank), continuations.chosen(rank));
        } else if (rank < width) {
          finished.add(
              continuations.total(rank),
              TokenPath.append(beams.path(beam), continuations.chosen(rank)),
              reason);
        }
      }
    }

    /** Moves on to the next generation, and asks for its rows if there will be a next run. */
    void layOut() {
      beams.advance();
      if (!isDone) {
        int oldFirst = firstOwnRow;
        firstOwnRow = rows();
        for (int beam = 0; beam < beams.size(); beam++) {
          addRow(oldFirst + beams.parent(beam), beams.token(beam));
        }
      }
    }

    void close(FinishReason reason) {
      for (int beam = 0; !isDone && beam < beams.size(); beam++) {
        finished.add(beams.total(beam), beams.path(beam), reason);
      }
    }
  }
}
