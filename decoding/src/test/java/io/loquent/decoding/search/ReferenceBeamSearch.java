package io.loquent.decoding.search;

import io.loquent.EarlyStopping;
import io.loquent.decoding.ScriptedModel;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Beam search as plainly as it can be written: whole lists, full sorts, a fixed number of beams of
 * which all but the first start at -1e9, and one table of finished slots.
 */
final class ReferenceBeamSearch {

  record Beam(List<Integer> generated, double score) {}

  private final ScriptedModel.Script script;
  private final int vocabulary;
  private final List<Integer> prompt;
  private final int width;
  private final int maxNewTokens;
  private final List<Integer> endTokens;
  private final double lengthPenalty;
  private final EarlyStopping earlyStopping;

  ReferenceBeamSearch(
      ScriptedModel.Script script,
      int vocabulary,
      List<Integer> prompt,
      int width,
      int maxNewTokens,
      List<Integer> endTokens,
      double lengthPenalty,
      EarlyStopping earlyStopping) {
    this.script = script;
    this.vocabulary = vocabulary;
    this.prompt = prompt;
    this.width = width;
    this.maxNewTokens = maxNewTokens;
    this.endTokens = endTokens;
    this.lengthPenalty = lengthPenalty;
    this.earlyStopping = earlyStopping;
  }

  /** Returns the finished slots, best first, with normalized scores. */
  List<Beam> run() {
    List<Beam> running = new ArrayList<>();
    for (int i = 0; i < width; i++) {
      running.add(new Beam(List.of(), i == 0 ? 0 : -1e9));
    }
    List<Beam> finished = new ArrayList<>();
    for (int length = 1; ; length++) {
      List<Beam> candidates = bestContinuations(running);
      List<Beam> next = new ArrayList<>();
      int ending = 0;
      for (int rank = 0; rank < candidates.size(); rank++) {
        Beam candidate = candidates.get(rank);
        boolean ends =
            length == maxNewTokens || endTokens.contains(candidate.generated().get(length - 1));
        if (!ends) {
          next.add(candidate);
        } else {
          ending++;
          if (rank < width) {
            finished.add(
                new Beam(
                    candidate.generated(), candidate.score() / Math.pow(length, lengthPenalty)));
          }
        }
      }
      finished.sort(byScore());
      finished = new ArrayList<>(finished.subList(0, Math.min(width, finished.size())));
      boolean full = finished.size() == width;
      if (ending == candidates.size() || (full && earlyStopping == EarlyStopping.TRUE)) {
        return finished;
      }
      running = next.subList(0, width);
      int hypothetical =
          earlyStopping == EarlyStopping.NEVER && lengthPenalty > 0 ? maxNewTokens : length;
      double best = running.get(0).score() / Math.pow(hypothetical, lengthPenalty);
      if (full && best <= finished.get(width - 1).score()) {
        return finished;
      }
    }
  }

  private List<Beam> bestContinuations(List<Beam> running) {
    List<Beam> all = new ArrayList<>();
    for (Beam beam : running) {
      List<Integer> tokens = new ArrayList<>(prompt);
      tokens.addAll(beam.generated());
      float[] logits = script.logits(List.copyOf(tokens));
      double sum = 0;
      for (float logit : logits) {
        sum += Math.exp(logit);
      }
      for (int id = 0; id < vocabulary; id++) {
        List<Integer> generated = new ArrayList<>(beam.generated());
        generated.add(id);
        all.add(new Beam(generated, beam.score() + logits[id] - Math.log(sum)));
      }
    }
    all.sort(byScore());
    return all.subList(0, Math.max(2, 1 + endTokens.size()) * width);
  }

  private static Comparator<Beam> byScore() {
    return Comparator.comparingDouble(Beam::score).reversed();
  }
}
