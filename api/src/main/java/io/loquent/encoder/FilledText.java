package io.loquent.encoder;

import java.util.List;
import java.util.Objects;

/**
 * A text whose masks were all filled together. Immutable.
 *
 * @param text the text with tokens in place of its masks
 * @param score mean log-probability of what was filled in, each token given those that were filled
 *     before it, in nats
 * @param fillings what stands in place of the masks, in the text's order
 */
public record FilledText(String text, double score, List<Filling> fillings) {

  /**
   * Copies the list.
   *
   * @param text the text with tokens in place of its masks
   * @param score mean log-probability of what was filled in
   * @param fillings what stands in place of the masks
   */
  public FilledText {
    Objects.requireNonNull(text, "text");
    fillings = List.copyOf(fillings);
  }

  /**
   * A token in place of a mask. Immutable.
   *
   * @param start where the mask starts in the given text, in UTF-16 units
   * @param end where the mask ends, exclusive
   * @param id vocabulary id
   * @param token how the token reads by itself
   * @param logProbability natural logarithm of its probability when it was filled in
   */
  public record Filling(int start, int end, int id, String token, double logProbability) {

    /**
     * Checks that there is a token.
     *
     * @param start where the mask starts in the given text
     * @param end where the mask ends, exclusive
     * @param id vocabulary id
     * @param token how the token reads by itself
     * @param logProbability natural logarithm of its probability when it was filled in
     */
    public Filling {
      Objects.requireNonNull(token, "token");
    }
  }
}
