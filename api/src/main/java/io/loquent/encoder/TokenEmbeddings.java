package io.loquent.encoder;

import io.loquent.InvalidRequestException;
import io.loquent.spi.TokenizedText;
import java.util.Arrays;

/**
 * One vector for each token of a text, for late interaction (ColBERT). Immutable and thread-safe.
 */
public final class TokenEmbeddings {

  private final TokenizedText tokens;
  private final float[][] vectors;

  /**
   * Makes the vectors of a text; the arrays are copied.
   *
   * @param tokens what each vector stands for
   * @param vectors {@code [tokens, dimensions]}
   * @throws InvalidRequestException if there are more or fewer vectors than tokens, or they are not
   *     equally long
   */
  public TokenEmbeddings(TokenizedText tokens, float[][] vectors) {
    if (vectors.length != tokens.length()) {
      throw new InvalidRequestException(
          vectors.length + " vectors for " + tokens.length() + " tokens");
    }
    this.tokens = tokens;
    this.vectors = new float[vectors.length][];
    for (int i = 0; i < vectors.length; i++) {
      Embedding.checkComparable(vectors[0].length, vectors[i].length);
      this.vectors[i] = vectors[i].clone();
    }
  }

  /**
   * Returns what the vectors stand for, with offsets into the text as it was given.
   *
   * @return the tokens; those of a prompt are in no text, as are the tokenizer's special tokens
   */
  public TokenizedText tokens() {
    return tokens;
  }

  /**
   * Returns the number of tokens.
   *
   * @return vectors
   */
  public int size() {
    return vectors.length;
  }

  /**
   * Returns the size of each vector.
   *
   * @return numbers; 0 if there is no token
   */
  public int dimensions() {
    return vectors.length == 0 ? 0 : vectors[0].length;
  }

  /**
   * Returns one token's vector.
   *
   * @param token index of a token
   * @return a new array
   */
  public float[] vector(int token) {
    return vectors[token].clone();
  }

  /**
   * Scores this text for a query (MaxSim of ColBERT, Khattab and Zaharia 2020): each token of the
   * query counts with its greatest product with a token of this text. Special tokens take part on
   * both sides.
   *
   * @param query vectors with as many dimensions
   * @return the sum over the query's tokens; 0 if one of the two has none
   * @throws InvalidRequestException if the dimensions differ
   */
  public double maxSim(TokenEmbeddings query) {
    if (vectors.length == 0 || query.vectors.length == 0) {
      return 0;
    }
    Embedding.checkComparable(dimensions(), query.dimensions());
    double score = 0;
    for (float[] asked : query.vectors) {
      double best = Double.NEGATIVE_INFINITY;
      for (float[] found : vectors) {
        best = Math.max(best, dot(asked, found));
      }
      score += best;
    }
    return score;
  }

  private static double dot(float[] first, float[] second) {
    double sum = 0;
    for (int i = 0; i < first.length; i++) {
      sum += (double) first[i] * second[i];
    }
    return sum;
  }

  /**
   * Returns the mean of the vectors of a part of the text, which have read the whole of it (late
   * chunking, Günther et al. 2024).
   *
   * @param start first UTF-16 unit of the part
   * @param end behind its last
   * @return the mean over the tokens that lie in the part, or partly do
   * @throws InvalidRequestException if there are none
   */
  public Embedding mean(int start, int end) {
    double[] sum = new double[dimensions()];
    int count = 0;
    for (int token = 0; token < vectors.length; token++) {
      if (!tokens.isSpecial(token) && tokens.start(token) < end && tokens.end(token) > start) {
        for (int i = 0; i < sum.length; i++) {
          sum[i] += vectors[token][i];
        }
        count++;
      }
    }
    if (count == 0) {
      throw new InvalidRequestException("no token lies between " + start + " and " + end);
    }
    float[] mean = new float[sum.length];
    for (int i = 0; i < mean.length; i++) {
      mean[i] = (float) (sum[i] / count);
    }
    return new Embedding(mean, count);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof TokenEmbeddings embeddings
        && Arrays.equals(embeddings.tokens.ids(), tokens.ids())
        && Arrays.deepEquals(embeddings.vectors, vectors);
  }

  @Override
  public int hashCode() {
    return Arrays.deepHashCode(vectors);
  }

  @Override
  public String toString() {
    return "TokenEmbeddings[tokens=" + vectors.length + ", dimensions=" + dimensions() + "]";
  }
}
