package io.loquent.decoding.parallel.dag;

import io.loquent.DagStrategy;
import io.loquent.FinishReason;
import io.loquent.decoding.ChosenToken;
import io.loquent.decoding.Hypothesis;
import io.loquent.decoding.SequenceLimits;
import io.loquent.decoding.parallel.Canvas;
import io.loquent.decoding.parallel.Outcome;
import io.loquent.decoding.parallel.ParallelOutput;
import io.loquent.decoding.parallel.ParallelSearch;
import java.util.ArrayList;
import java.util.List;

/**
 * Finds paths through the graph of a directed acyclic Transformer. All is known after one run,
 * which needs no canvas. Confined to one thread.
 */
final class DagSearch implements ParallelSearch {

  private final DagSettings settings;
  private final Outcome outcome;
  private final FinishReason reasonAtMaxLength;
  private final List<Hypothesis> results = new ArrayList<>();

  DagSearch(DagSettings settings) {
    this.settings = settings;
    outcome = new Outcome(settings.search());
    reasonAtMaxLength = SequenceLimits.of(settings.search()).reasonAtMaxLength();
  }

  @Override
  public void begin(ParallelOutput encoded, int row) {
    DagGraph graph = new DagGraph(settings, encoded, row);
    switch (settings.strategy()) {
      case GREEDY -> addWalk(graph, DagWalk.greedy(graph));
      case LOOKAHEAD ->
          addWalk(graph, DagWalk.lookahead(graph, settings.beta(), settings.ngramSize()));
      case VITERBI, JOINT_VITERBI -> addViterbi(graph);
      case SAMPLE -> {
        LinkSampler sampler = new LinkSampler(settings, graph);
        for (int i = 0; i < settings.sequences(); i++) {
          int sequence = i;
          addWalk(graph, DagWalk.sampled(graph, vertex -> sampler.draw(vertex, sequence)));
        }
      }
      case BEAM -> addBeams(graph);
    }
  }

  private void addWalk(DagGraph graph, List<Integer> path) {
    results.add(outcome.complete(graph.spoken(path), graph.logProbability(path)));
  }

  private void addViterbi(DagGraph graph) {
    boolean isJoint = settings.strategy() == DagStrategy.JOINT_VITERBI;
    double upsample = settings.model().upsample();
    // Twice as many vertices as the source has tokens.
    int longest =
        upsample >= 2 ? (int) Math.ceil(2 * graph.vertices() / upsample) : graph.vertices();
    ViterbiPaths.Best best = ViterbiPaths.find(graph, isJoint, settings.lengthPenalty(), longest);
    results.add(outcome.complete(graph.spoken(best.path()), best.score()));
  }

  private void addBeams(DagGraph graph) {
    for (PrefixBeam.Result result : PrefixBeam.search(settings, graph, outcome.maxNewTokens())) {
      List<ChosenToken> tokens = new ArrayList<>();
      for (int i = 0; i < result.tokens().length; i++) {
        tokens.add(graph.tokens().chosen(result.vertices()[i], result.tokens()[i]));
      }
      results.add(
          result.isCut()
              ? outcome.stopped(tokens, result.score(), reasonAtMaxLength)
              : outcome.complete(tokens, result.score()));
    }
  }

  @Override
  public void choose(ParallelOutput output, int firstRow) {
    throw new IllegalStateException("the search was finished before the first run over canvases");
  }

  @Override
  public int rows() {
    return 0;
  }

  @Override
  public int[] parents() {
    return new int[0];
  }

  @Override
  public Canvas canvas(int row) {
    throw new IllegalStateException("a directed acyclic Transformer has no canvas");
  }

  @Override
  public int[] provisional() {
    return results.isEmpty()
        ? new int[0]
        : results.get(0).tokens().stream().mapToInt(ChosenToken::id).toArray();
  }

  @Override
  public boolean isFinished() {
    return !results.isEmpty();
  }

  @Override
  public void finish(FinishReason reason) {
    if (results.isEmpty()) {
      results.add(outcome.stopped(List.of(), 0, reason));
    }
  }

  @Override
  public int settled() {
    return results.isEmpty() ? 0 : results.get(0).tokens().size();
  }

  @Override
  public ChosenToken token(int index) {
    return results.get(0).tokens().get(index);
  }

  @Override
  public List<Hypothesis> results() {
    if (results.isEmpty()) {
      throw new IllegalStateException("the search is not finished; there is no result yet");
    }
    return List.copyOf(results);
  }
}
