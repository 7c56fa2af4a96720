package io.loquent.decoding.search;

import io.loquent.FinishReason;
import io.loquent.Speculation;
import io.loquent.decoding.ChosenToken;
import io.loquent.decoding.Drafts;
import io.loquent.decoding.Hypothesis;
import io.loquent.decoding.Search;
import io.loquent.decoding.StepOutput;
import java.util.List;
import java.util.Optional;

/**
 * Any search under classifier-free guidance (Sanchez et al. 2023; Hugging Face {@code
 * UnbatchedClassifierFreeGuidanceLogitsProcessor}): each of its rows has a twin that continues the
 * negative prompt with the same tokens.
 */
final class GuidedSearch implements Search {

  private final Search search;
  private final double scale;
  private final float[] unconditional;
  private int[] parents = new int[0];
  private int[] tokens = new int[0];

  /** The same for a row and its twin. */
  private final Drafts drafts =
      new Drafts() {
        @Override
        public int count(int row) {
          return search.drafts().count(row / 2);
        }

        @Override
        public int token(int row, int index) {
          return search.drafts().token(row / 2, index);
        }

        @Override
        public int rejected(int row) {
          return search.drafts().rejected(row / 2);
        }

        @Override
        public void runBegins() {
          search.drafts().runBegins();
        }

        @Override
        public void runEnded() {
          search.drafts().runEnded();
        }
      };

  GuidedSearch(Search search, double scale, int vocabularySize) {
    this.search = search;
    this.scale = scale;
    unconditional = new float[vocabularySize];
  }

  @Override
  public int promptRows() {
    return 2 * search.promptRows();
  }

  @Override
  public void choose(StepOutput output, int firstRow) {
    search.choose(new GuidedOutput(output, firstRow, scale, unconditional), 0);
    int rows = search.rows();
    if (parents.length < 2 * rows) {
      parents = new int[2 * rows];
      tokens = new int[2 * rows];
    }
    for (int row = 0; row < rows; row++) {
      for (int twin = 0; twin < 2; twin++) {
        parents[2 * row + twin] = 2 * search.parents()[row] + twin;
        tokens[2 * row + twin] = search.tokens()[row];
      }
    }
  }

  @Override
  public Drafts drafts() {
    return drafts;
  }

  @Override
  public Optional<Speculation> speculation() {
    return search.speculation();
  }

  @Override
  public boolean isFinished() {
    return search.isFinished();
  }

  @Override
  public void finish(FinishReason reason) {
    search.finish(reason);
  }

  @Override
  public int rows() {
    return 2 * search.rows();
  }

  @Override
  public int[] parents() {
    return parents;
  }

  @Override
  public int[] tokens() {
    return tokens;
  }

  @Override
  public Optional<FinishReason> firstFinishReason() {
    return search.firstFinishReason();
  }

  @Override
  public int settled() {
    return search.settled();
  }

  @Override
  public ChosenToken token(int index) {
    return search.token(index);
  }

  @Override
  public List<Hypothesis> results() {
    return search.results();
  }
}
