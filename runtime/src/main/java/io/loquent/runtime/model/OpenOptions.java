package io.loquent.runtime.model;

/**
 * What a request needs of a decoding state.
 *
 * @param hiddenStates whether last hidden states come with the logits
 * @param useCache whether the graph's cache is used
 * @param allPositions whether the logits of all prompt positions are wanted
 * @param expectedTokens tokens that a row may reach, prompt included; a hint for sizes
 */
public record OpenOptions(
    boolean hiddenStates, boolean useCache, boolean allPositions, int expectedTokens) {

  /**
   * Says whether a state for this may go on where another one ended.
   *
   * @return false if the runs over the prompt are needed themselves, or no cache is used
   */
  public boolean resumes() {
    return useCache && !hiddenStates && !allPositions;
  }
}
