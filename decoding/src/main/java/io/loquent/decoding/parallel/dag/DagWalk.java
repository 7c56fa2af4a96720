package io.loquent.decoding.parallel.dag;

import java.util.ArrayList;
import java.util.List;

/** Goes through a graph from its start to its end, one vertex after another. */
final class DagWalk {

  private final DagGraph graph;
  private final List<Integer> path = new ArrayList<>();

  /** What has been said so far, and the token of the newest vertex. */
  private final int[] spoken;

  private int spokenCount;
  private int previous = -1;

  private DagWalk(DagGraph graph) {
    this.graph = graph;
    spoken = new int[graph.vertices()];
  }

  /** Always the most probable link; the lowest vertex of equals. */
  static List<Integer> greedy(DagGraph graph) {
    return new DagWalk(graph).go(vertex -> mostProbable(graph.links(vertex)));
  }

  /** Always the best link together with the token it leads to. */
  static List<Integer> lookahead(DagGraph graph, double beta, int ngramSize) {
    DagWalk walk = new DagWalk(graph);
    return walk.go(vertex -> walk.best(vertex, beta, ngramSize));
  }

  /** Links as drawn. */
  static List<Integer> sampled(DagGraph graph, Choice draw) {
    return new DagWalk(graph).go(draw);
  }

  private List<Integer> go(Choice choice) {
    int vertex = 0;
    while (vertex < graph.end()) {
      int next = choice.next(vertex);
      if (next < 0) {
        throw graph.deadEnd(vertex);
      }
      vertex = next;
      if (vertex < graph.end()) {
        path.add(vertex);
        int token = graph.tokens().best(vertex);
        if (graph.says(token, previous)) {
          spoken[spokenCount++] = token;
        }
        previous = token;
      }
    }
    return path;
  }

  private static int mostProbable(float[] links) {
    int best = -1;
    for (int target = 0; target < links.length; target++) {
      if (links[target] > (best < 0 ? Float.NEGATIVE_INFINITY : links[best])) {
        best = target;
      }
    }
    return best;
  }

  private int best(int vertex, double beta, int ngramSize) {
    float[] links = graph.links(vertex);
    int best = -1;
    int bestAllowed = -1;
    double bestScore = Double.NEGATIVE_INFINITY;
    double bestAllowedScore = Double.NEGATIVE_INFINITY;
    for (int target = vertex + 1; target < links.length; target++) {
      if (links[target] == Float.NEGATIVE_INFINITY) {
        continue;
      }
      // Not 0 times negative infinity.
      double token = beta == 0 ? 0 : beta * graph.tokens().bestLogProbability(target);
      double score = links[target] + token;
      if (score > bestScore || best < 0) {
        best = target;
        bestScore = score;
      }
      if ((score > bestAllowedScore || bestAllowed < 0) && isAllowed(target, ngramSize)) {
        bestAllowed = target;
        bestAllowedScore = score;
      }
    }
    return bestAllowed < 0 ? best : bestAllowed;
  }

  private boolean isAllowed(int target, int ngramSize) {
    if (ngramSize == 0 || target == graph.end()) {
      return true;
    }
    int token = graph.tokens().best(target);
    return !graph.says(token, previous) || !Ngrams.repeats(ngramSize, spoken, spokenCount, token);
  }

  /** Chooses where to go. */
  @FunctionalInterface
  interface Choice {
    /** Returns a later vertex; -1 if there is none. */
    int next(int vertex);
  }
}
