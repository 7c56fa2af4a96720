package io.loquent.decoding.parallel.dag;

import io.loquent.InferenceException;
import io.loquent.decoding.ChosenToken;
import io.loquent.decoding.parallel.ParallelOutput;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A row's graph. Vertex 0 is the start, the last vertex the end; links go to later vertices only.
 * Links are read when they are first asked for. Confined to one thread.
 */
final class DagGraph {

  /** Some graphs write this, or less, where there is no link. */
  private static final float NO_LINK = -1e9f;

  private final ParallelOutput output;
  private final int row;
  private final VertexTokens tokens;
  private final float[] @Nullable [] links;

  DagGraph(DagSettings settings, ParallelOutput output, int row) {
    this.output = output;
    this.row = row;
    if (output.slots(row) < 1) {
      throw new InferenceException("the graph of an input has no vertices; expected at least one");
    }
    tokens = new VertexTokens(settings, output, row);
    links = new float[output.slots(row)][];
  }

  int vertices() {
    return links.length;
  }

  int end() {
    return links.length - 1;
  }

  VertexTokens tokens() {
    return tokens;
  }

  /**
   * Returns a vertex's links.
   *
   * @return {@code [vertices]} log-probabilities by target, negative infinity where there is no
   *     link; must not be changed
   */
  float[] links(int vertex) {
    float[] known = links[vertex];
    if (known == null) {
      known = new float[links.length];
      output.links(row, vertex, known);
      for (int target = 0; target < known.length; target++) {
        known[target] = checked(vertex, target, known[target]);
      }
      links[vertex] = known;
    }
    return known;
  }

  private static float checked(int vertex, int target, float link) {
    if (target <= vertex || link <= NO_LINK) {
      return Float.NEGATIVE_INFINITY;
    }
    if (Float.isNaN(link) || link == Float.POSITIVE_INFINITY) {
      throw new InferenceException(
          "the link from vertex "
              + vertex
              + " to vertex "
              + target
              + " is "
              + link
              + ", expected a log-probability: the graph's links overflowed; use a graph of higher"
              + " precision");
    }
    return link;
  }

  /** Says that a vertex leads nowhere. */
  InferenceException deadEnd(int vertex) {
    return new InferenceException(
        "vertex "
            + vertex
            + " of "
            + vertices()
            + " has no link to a later one, so the end cannot be reached; expected links from every"
            + " vertex but the last");
  }

  /** Says that no path leads through the graph. */
  InferenceException noPath() {
    return new InferenceException(
        "no path leads from vertex 0 to vertex "
            + end()
            + ", the end; expected links from every vertex but the last");
  }

  /**
   * Returns what a path says.
   *
   * @param path vertices between the ends, ascending
   */
  List<ChosenToken> spoken(List<Integer> path) {
    List<ChosenToken> spoken = new ArrayList<>();
    int previous = -1;
    for (int vertex : path) {
      int token = tokens.best(vertex);
      if (says(token, previous)) {
        spoken.add(tokens.chosen(vertex, token));
      }
      previous = token;
    }
    return spoken;
  }

  /**
   * Says whether a vertex says its token.
   *
   * @param token its token
   * @param previous the token of the vertex before it on the path; -1 for the start
   */
  boolean says(int token, int previous) {
    return token != previous && !tokens.isSilent(token);
  }

  /** Returns the log-probability of a path together with its tokens. */
  double logProbability(List<Integer> path) {
    double sum = 0;
    int vertex = 0;
    for (int next : path) {
      sum += links(vertex)[next] + tokens.bestLogProbability(next);
      vertex = next;
    }
    return vertex == end() ? sum : sum + links(vertex)[end()];
  }
}
