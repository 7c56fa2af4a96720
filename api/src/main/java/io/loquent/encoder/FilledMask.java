package io.loquent.encoder;

import java.util.List;

/**
 * What may stand in place of one mask. Immutable.
 *
 * @param mask index of the mask in its text, from 0
 * @param start where the mask starts in the text, in UTF-16 units
 * @param end where it ends, exclusive
 * @param candidates the most probable first
 */
public record FilledMask(int mask, int start, int end, List<MaskCandidate> candidates) {

  /**
   * Copies the list.
   *
   * @param mask index of the mask in its text, from 0
   * @param start where the mask starts in the text
   * @param end where it ends, exclusive
   * @param candidates the most probable first
   */
  public FilledMask {
    candidates = List.copyOf(candidates);
  }

  /**
   * Returns the most probable candidate.
   *
   * @return the first one
   */
  public MaskCandidate best() {
    return candidates.get(0);
  }
}
