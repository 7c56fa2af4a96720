package io.loquent.encoder;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * A vector over the vocabulary that is 0 nearly everywhere (SPLADE). Immutable and thread-safe.
 *
 * @param weights the entries that are not 0, the greatest weight first
 * @param dimensions size of the vocabulary
 * @param tokens how many tokens the model read for it, with special ones, the prompt and what
 *     windows share
 */
public record SparseEmbedding(List<TokenWeight> weights, int dimensions, int tokens) {

  private static final Comparator<TokenWeight> ORDER =
      Comparator.comparingDouble(TokenWeight::weight).reversed().thenComparingInt(TokenWeight::id);

  /**
   * Copies and sorts the list.
   *
   * @param weights the entries that are not 0
   * @param dimensions size of the vocabulary
   * @param tokens how many tokens the model read for it
   */
  public SparseEmbedding {
    List<TokenWeight> sorted = new ArrayList<>(weights);
    sorted.sort(ORDER);
    weights = List.copyOf(sorted);
  }

  /**
   * An entry.
   *
   * @param id vocabulary id
   * @param token how the vocabulary spells it
   * @param weight above 0
   */
  public record TokenWeight(int id, String token, float weight) {}

  /**
   * Multiplies with another vector.
   *
   * @param other a vector over the same vocabulary
   * @return the sum of the products
   * @throws io.loquent.InvalidRequestException if the vocabularies differ in size
   */
  public double dot(SparseEmbedding other) {
    Embedding.checkComparable(dimensions, other.dimensions);
    List<TokenWeight> first = byId();
    List<TokenWeight> second = other.byId();
    double sum = 0;
    int i = 0;
    int j = 0;
    while (i < first.size() && j < second.size()) {
      int order = Integer.compare(first.get(i).id(), second.get(j).id());
      if (order == 0) {
        sum += (double) first.get(i).weight() * second.get(j).weight();
      }
      i += order <= 0 ? 1 : 0;
      j += order >= 0 ? 1 : 0;
    }
    return sum;
  }

  /**
   * Compares directions.
   *
   * @param other a vector over the same vocabulary
   * @return from 0 to 1; 0 if one of the vectors is 0
   * @throws io.loquent.InvalidRequestException if the vocabularies differ in size
   */
  public double cosineSimilarity(SparseEmbedding other) {
    double lengths = Math.sqrt(dot(this)) * Math.sqrt(other.dot(other));
    return lengths == 0 ? 0 : Math.min(1, dot(other) / lengths);
  }

  private List<TokenWeight> byId() {
    List<TokenWeight> sorted = new ArrayList<>(weights);
    sorted.sort(Comparator.comparingInt(TokenWeight::id));
    return sorted;
  }
}
