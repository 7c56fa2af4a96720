package io.loquent.decoding.parallel.refine;

import com.google.common.primitives.Ints;
import io.loquent.decoding.ChosenToken;
import io.loquent.decoding.logits.LogProbabilities;
import io.loquent.decoding.logits.TopTokens;
import io.loquent.decoding.parallel.Canvas;
import io.loquent.decoding.parallel.ParallelOutput;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Easy-first decoding: a beam search in any order. In each run every beam offers, for each of its
 * masked places, the most probable tokens; the best of all these become the new beams, so that each
 * run fills one place of each. A beam's score is the sum of the log-probabilities with which its
 * places were filled, in its order. Canvases that are reached in several ways count once, with
 * their best score. Among equal scores the better beam goes first, then the place further left,
 * then the lower token.
 */
final class EasyFirst implements Refinement {

  private static final Comparator<Extension> BEST_FIRST =
      Comparator.comparingDouble(Extension::score)
          .reversed()
          .thenComparingInt(Extension::beam)
          .thenComparingInt(Extension::place)
          .thenComparingInt(extension -> extension.token().id());

  private final SlotChooser chooser;
  private final int width;
  private final int length;
  private final TopTokens best;
  private List<Beam> beams;
  private int[] parents = new int[1];
  private int filled;

  /** A canvas with some places filled. */
  private record Beam(FilledCanvas canvas, double score) {}

  /** A beam with one more place filled. */
  private record Extension(int beam, int place, ChosenToken token, double score) {}

  EasyFirst(SlotChooser chooser, FilledCanvas canvas, int width) {
    this.chooser = chooser;
    this.width = width;
    length = canvas.length();
    best = new TopTokens(width);
    beams = List.of(new Beam(canvas, 0));
  }

  @Override
  public void refine(ParallelOutput output, int firstRow) {
    List<Extension> extensions = new ArrayList<>();
    for (int row = 0; row < beams.size(); row++) {
      addExtensions(output, firstRow + row, row, extensions);
    }
    if (extensions.isEmpty()) {
      throw LogProbabilities.noneLeft(chooser.vocabularySize());
    }
    extensions.sort(BEST_FIRST);
    List<Beam> next = new ArrayList<>(width);
    Set<List<Integer>> seen = new HashSet<>();
    parents = new int[width];
    for (int i = 0; i < extensions.size() && next.size() < width; i++) {
      Extension extension = extensions.get(i);
      FilledCanvas canvas = beams.get(extension.beam()).canvas().copy();
      canvas.write(extension.place(), extension.token());
      if (seen.add(Ints.asList(canvas.toArray()))) {
        parents[next.size()] = extension.beam();
        next.add(new Beam(canvas, extension.score()));
      }
    }
    beams = next;
    filled++;
  }

  /** No more tokens of a place than there are beams can be among the best: they all differ. */
  private void addExtensions(
      ParallelOutput output, int outputRow, int beam, List<Extension> extensions) {
    FilledCanvas canvas = beams.get(beam).canvas();
    double score = beams.get(beam).score();
    for (int place = 0; place < length; place++) {
      if (canvas.isMasked(place)) {
        chooser.readPlace(output, outputRow, canvas, place);
        chooser.best(best);
        for (int rank = 0; rank < best.size(); rank++) {
          ChosenToken token = chooser.token(best.id(rank));
          extensions.add(new Extension(beam, place, token, score + token.logProbability()));
        }
      }
    }
  }

  @Override
  public int rows() {
    return filled == length ? 0 : beams.size();
  }

  @Override
  public int parent(int row) {
    return parents[row];
  }

  @Override
  public Canvas canvas(int row) {
    return beams.get(row).canvas().canvas();
  }

  @Override
  public List<FilledCanvas> canvases() {
    List<FilledCanvas> canvases = new ArrayList<>(beams.size());
    beams.forEach(beam -> canvases.add(beam.canvas()));
    return canvases;
  }
}
