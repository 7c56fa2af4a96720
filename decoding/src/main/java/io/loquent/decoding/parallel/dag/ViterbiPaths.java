package io.loquent.decoding.parallel.dag;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/**
 * The most probable path of each length, by dynamic programming, and the best of these (Shao et al.
 * 2022). Of equals the shorter path is the better, and of equally long ones that with the lower
 * vertices at its end. Confined to one thread.
 */
final class ViterbiPaths {

  private final DagGraph graph;
  private final boolean isJoint;
  private final double lengthPenalty;

  /** By number of vertices and last vertex: the vertex before it. */
  private final List<int[]> predecessors = new ArrayList<>();

  private int bestLength = -1;
  private int bestLast;
  private double bestScore = Double.NEGATIVE_INFINITY;

  private ViterbiPaths(DagGraph graph, boolean isJoint, double lengthPenalty) {
    this.graph = graph;
    this.isJoint = isJoint;
    this.lengthPenalty = lengthPenalty;
  }

  /**
   * Finds the best path.
   *
   * @param isJoint whether tokens count beside links
   * @param lengthPenalty exponent of the length by which a path's log-probability is divided
   * @param longest how many vertices between the ends to look at; more if no path is as short
   */
  static Best find(DagGraph graph, boolean isJoint, double lengthPenalty, int longest) {
    ViterbiPaths paths = new ViterbiPaths(graph, isJoint, lengthPenalty);
    paths.search(longest);
    return new Best(paths.backtrack(), paths.bestScore);
  }

  private void search(int longest) {
    double[] scores = new double[graph.vertices()];
    double[] next = new double[scores.length];
    Arrays.fill(scores, Double.NEGATIVE_INFINITY);
    scores[0] = 0;
    int most = Math.max(0, graph.vertices() - 2);
    boolean goesOn = true;
    for (int length = 0; goesOn && length <= most; length++) {
      finish(scores, length);
      goesOn = (length < longest || bestLength < 0) && extend(scores, next);
      double[] swapped = scores;
      scores = next;
      next = swapped;
    }
    if (bestLength < 0) {
      throw graph.noPath();
    }
  }

  /** Compares the paths that end now. */
  private void finish(double[] scores, int length) {
    for (int last = 0; last < scores.length; last++) {
      if (scores[last] == Double.NEGATIVE_INFINITY) {
        continue;
      }
      double link = last == graph.end() ? 0 : graph.links(last)[graph.end()];
      double score = (scores[last] + link) / Math.pow(Math.max(1, length), lengthPenalty);
      if (score > bestScore) {
        bestScore = score;
        bestLength = length;
        bestLast = last;
      }
    }
  }

  /** Makes all paths one vertex longer, and says whether there are any. */
  private boolean extend(double[] scores, double[] next) {
    int[] from = new int[scores.length];
    Arrays.fill(next, Double.NEGATIVE_INFINITY);
    boolean any = false;
    for (int vertex = 0; vertex < graph.end(); vertex++) {
      if (scores[vertex] == Double.NEGATIVE_INFINITY) {
        continue;
      }
      float[] links = graph.links(vertex);
      for (int target = vertex + 1; target < graph.end(); target++) {
        double score = scores[vertex] + links[target];
        if (score > next[target]) {
          next[target] = score;
          from[target] = vertex;
          any = true;
        }
      }
    }
    for (int target = 1; isJoint && target < graph.end(); target++) {
      if (next[target] != Double.NEGATIVE_INFINITY) {
        next[target] += graph.tokens().bestLogProbability(target);
      }
    }
    predecessors.add(from);
    return any;
  }

  private List<Integer> backtrack() {
    List<Integer> path = new ArrayList<>();
    int vertex = bestLast;
    for (int length = bestLength; length > 0; length--) {
      path.add(vertex);
      vertex = predecessors.get(length - 1)[vertex];
    }
    Collections.reverse(path);
    return path;
  }

  /** The best path: the vertices between the ends, and its score. */
  record Best(List<Integer> path, double score) {}
}
