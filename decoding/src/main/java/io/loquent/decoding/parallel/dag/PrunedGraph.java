package io.loquent.decoding.parallel.dag;

import io.loquent.GenerationOptions;
import io.loquent.Option;
import io.loquent.decoding.logits.TopTokens;
import java.util.Arrays;
import java.util.TreeSet;

/**
 * What a beam search looks at of a graph: at each vertex the most probable tokens and links. Tokens
 * have numbers of their own, those of the graph in the order of their ids. Immutable.
 */
final class PrunedGraph {

  private static final int DEFAULT_TOKENS = 5;
  private static final double DEFAULT_LINKS = 0.9;

  /** By vertex: where links lead, best first, and their log-probabilities. */
  private final int[][] targets;

  private final float[][] links;

  /** By vertex: numbers of tokens, best first, and their log-probabilities. */
  private final int[][] tokens;

  private final double[][] logProbabilities;

  /** By number of a token: its id. */
  private final int[] ids;

  PrunedGraph(DagGraph graph, GenerationOptions options, int vocabularySize) {
    int vertices = graph.vertices();
    targets = new int[vertices][];
    links = new float[vertices][];
    double mass = options.isOff(Option.TOP_P) ? 1 : options.get(Option.TOP_P).orElse(DEFAULT_LINKS);
    for (int vertex = 0; vertex < vertices - 1; vertex++) {
      keepLinks(vertex, graph.links(vertex), mass);
    }
    tokens = new int[vertices][];
    logProbabilities = new double[vertices][];
    int most = options.isOff(Option.TOP_K) ? 0 : options.get(Option.TOP_K).orElse(DEFAULT_TOKENS);
    int count = most == 0 ? vocabularySize : Math.min(most, vocabularySize);
    ids = keepTokens(graph, new TopTokens(count));
  }

  private void keepLinks(int vertex, float[] all, double mass) {
    TopTokens best = new TopTokens(all.length);
    best.select(all);
    double total = 0;
    for (int rank = 0; rank < best.size(); rank++) {
      total += Math.exp(best.score(rank));
    }
    double reached = 0;
    int count = 0;
    while (count < best.size() && (count == 0 || mass >= 1 || reached < mass * total)) {
      reached += Math.exp(best.score(count));
      count++;
    }
    targets[vertex] = new int[count];
    links[vertex] = new float[count];
    for (int rank = 0; rank < count; rank++) {
      targets[vertex][rank] = best.id(rank);
      links[vertex][rank] = all[best.id(rank)];
    }
  }

  private int[] keepTokens(DagGraph graph, TopTokens best) {
    TreeSet<Integer> distinct = new TreeSet<>();
    for (int vertex = 1; vertex < graph.end(); vertex++) {
      graph.tokens().select(vertex, best);
      tokens[vertex] = new int[best.size()];
      logProbabilities[vertex] = new double[best.size()];
      for (int rank = 0; rank < best.size(); rank++) {
        tokens[vertex][rank] = best.id(rank);
        logProbabilities[vertex][rank] = best.score(rank);
        distinct.add(best.id(rank));
      }
    }
    int[] sorted = distinct.stream().mapToInt(Integer::intValue).toArray();
    for (int vertex = 1; vertex < graph.end(); vertex++) {
      for (int rank = 0; rank < tokens[vertex].length; rank++) {
        tokens[vertex][rank] = Arrays.binarySearch(sorted, tokens[vertex][rank]);
      }
    }
    return sorted;
  }

  int[] targets(int vertex) {
    return targets[vertex];
  }

  float[] links(int vertex) {
    return links[vertex];
  }

  int[] tokens(int vertex) {
    return tokens[vertex];
  }

  double[] logProbabilities(int vertex) {
    return logProbabilities[vertex];
  }

  int tokenCount() {
    return ids.length;
  }

  int id(int token) {
    return ids[token];
  }
}
