package io.loquent.decoding.parallel.dag;

import java.util.Arrays;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * A beginning of an output, with the probabilities of all paths that say it: for each vertex the
 * logarithm of the probability that its last token is said there. The sum of these is the
 * probability that an output begins so. Tokens are the numbers of a {@link PrunedGraph}. Confined
 * to one thread.
 */
final class Prefix {

  /** No token. */
  static final int NONE = -1;

  final @Nullable Prefix parent;
  final int token;
  final int length;

  /** The logarithm of the probability that an output begins with this. */
  final double logProbability;

  /** Where the last token is most probably said. */
  final int vertex;

  /** The language model's sum of log-probabilities, and its state. */
  final double languageScore;

  final int languageState;

  /** By vertex: the last token is said there. */
  private final double[] said;

  /** By vertex, once expanded: it is reached from one that has the last token, or is silent. */
  private double[] fromSaid = new double[0];

  private double[] fromSilent = new double[0];

  private Prefix(
      @Nullable Prefix parent,
      int token,
      double[] said,
      double logProbability,
      int vertex,
      double languageScore,
      int languageState) {
    this.parent = parent;
    this.token = token;
    this.said = said;
    this.logProbability = logProbability;
    this.vertex = vertex;
    this.languageScore = languageScore;
    this.languageState = languageState;
    length = parent == null ? 0 : parent.length + 1;
  }

  /** The beginning of all outputs, in the first vertex. */
  static Prefix empty(int vertices, int languageState) {
    return new Prefix(null, NONE, impossible(vertices), 0, 0, 0, languageState);
  }

  /**
   * Follows all paths until the next token is said.
   *
   * @param graph what is looked at
   * @param end the last vertex
   * @param isSilent which tokens say nothing
   * @param next receives, for each token and vertex, the probability that it comes next and is said
   *     there
   * @return the logarithm of the probability that the output ends without another token
   */
  double expand(PrunedGraph graph, int end, IntPredicate isSilent, Continuation next) {
    fromSaid = impossible(said.length);
    fromSilent = impossible(said.length);
    double ended = Double.NEGATIVE_INFINITY;
    for (int at = 0; at < end; at++) {
      double nowSaid = said[at];
      double nowSilent = at == 0 && parent == null ? 0 : Double.NEGATIVE_INFINITY;
      double reached = LogSum.of(fromSaid[at], fromSilent[at]);
      int[] tokens = reached == Double.NEGATIVE_INFINITY ? new int[0] : graph.tokens(at);
      for (int rank = 0; rank < tokens.length; rank++) {
        double spoken = graph.logProbabilities(at)[rank];
        if (isSilent.test(tokens[rank])) {
          nowSilent = LogSum.of(nowSilent, reached + spoken);
        } else if (tokens[rank] == token) {
          nowSaid = LogSum.of(nowSaid, fromSaid[at] + spoken);
          next.offer(tokens[rank], fromSilent[at] + spoken);
        } else {
          next.offer(tokens[rank], reached + spoken);
        }
      }
      double here = LogSum.of(nowSaid, nowSilent);
      int[] targets = here == Double.NEGATIVE_INFINITY ? new int[0] : graph.targets(at);
      for (int rank = 0; rank < targets.length; rank++) {
        float link = graph.links(at)[rank];
        int target = targets[rank];
        if (target == end) {
          ended = LogSum.of(ended, here + link);
        } else {
          fromSaid[target] = LogSum.of(fromSaid[target], nowSaid + link);
          fromSilent[target] = LogSum.of(fromSilent[target], nowSilent + link);
        }
      }
    }
    return ended;
  }

  /** Returns this with one more token, after {@link #expand}. */
  Prefix followedBy(
      PrunedGraph graph, int next, int end, double nextLanguageScore, int nextLanguageState) {
    double[] nextSaid = impossible(said.length);
    double total = Double.NEGATIVE_INFINITY;
    int best = 0;
    for (int at = 1; at < end; at++) {
      int[] tokens = graph.tokens(at);
      for (int rank = 0; rank < tokens.length; rank++) {
        if (tokens[rank] == next) {
          double reached = next == token ? fromSilent[at] : LogSum.of(fromSaid[at], fromSilent[at]);
          nextSaid[at] = reached + graph.logProbabilities(at)[rank];
          total = LogSum.of(total, nextSaid[at]);
          best = nextSaid[at] > nextSaid[best] ? at : best;
        }
      }
    }
    return new Prefix(this, next, nextSaid, total, best, nextLanguageScore, nextLanguageState);
  }

  /** Lets go of what only expanding needs. */
  void settle() {
    fromSaid = new double[0];
    fromSilent = new double[0];
  }

  private static double[] impossible(int vertices) {
    double[] none = new double[vertices];
    Arrays.fill(none, Double.NEGATIVE_INFINITY);
    return none;
  }

  /** Receives what may come next. */
  @FunctionalInterface
  interface Continuation {
    /**
     * Adds a way.
     *
     * @param token what comes next
     * @param logProbability of this way, together with what was said before; may be negative
     *     infinity
     */
    void offer(int token, double logProbability);
  }
}
