package io.loquent.decoding;

import org.jspecify.annotations.Nullable;

/**
 * The memory of a model that is continuing several token sequences side by side: caches, recurrent
 * states, whatever the graph declares. Row {@code i} is one sequence. Confined to one thread.
 *
 * <p>The first calls are {@link #start()}, or {@link #startPart} until it gives an output; then
 * {@link #gather} and {@link #append} alternate. Between two such rounds the rows of another state
 * may {@link #absorb join}. An append of several tokens is followed by a {@link #rollback}, before
 * anything else.
 */
public interface DecodingState extends AutoCloseable {

  /**
   * Returns the number of sequences.
   *
   * @return rows
   */
  int rows();

  /**
   * Runs the model over the prompts.
   *
   * @return logits for each row's first new token
   * @throws RunInterruptedException if the run was stopped from outside
   */
  default StepOutput start() {
    StepOutput output = null;
    while (output == null) {
      output = startPart(Integer.MAX_VALUE);
    }
    return output;
  }

  /**
   * Runs the model over the next part of the prompts, so that something else can be done between
   * the parts of a long prompt.
   *
   * @param mostPositions how many tokens of each row the part may have, at least 1; a model that
   *     cannot run a prompt in parts runs all of it
   * @return logits for each row's first new token, or null if parts are left
   * @throws RunInterruptedException if the run was stopped from outside; the part can be run again
   */
  @Nullable StepOutput startPart(int mostPositions);

  /**
   * Says what will be read of the runs from now on, so that they need not answer with more. At
   * first that is the logits alone.
   *
   * @param logits whether the logits of any row will be read; a run that ranks no continuations
   *     answers with logits all the same
   * @param probabilities whether {@link StepOutput#probabilitiesInPlace} will be asked for
   * @param best how many continuations {@link StepOutput#best} will be asked for at most; 0 for
   *     none
   */
  default void ask(boolean logits, boolean probabilities, int best) {
    // A state that only has logits answers with them.
  }

  /**
   * Repeats, reorders and drops rows: new row {@code i} continues what was row {@code parents[i]}.
   *
   * @param parents present rows, one for each new row
   * @param rows how many entries of {@code parents} count; the new number of rows
   */
  void gather(int[] parents, int rows);

  /**
   * Appends one token to each row and runs the model.
   *
   * @param tokens vocabulary ids, one for each row; further entries are ignored
   * @return logits for each row's next token
   * @throws RunInterruptedException if the run was stopped from outside
   */
  StepOutput append(int[] tokens);

  /**
   * Returns how many tokens a row should append at most in the next run, so that the others do not
   * pay for it.
   *
   * @param row from 0
   * @return at least 1
   */
  int mostTokens(int row);

  /**
   * Appends several tokens to each row and runs the model over all of them, for as many as {@link
   * #rollback} leaves to stay.
   *
   * @param tokens vocabulary ids, those of row 0 first; further entries are ignored
   * @param counts how many of them each row has, at least 1
   * @return logits behind each of a row's tokens: {@code positions(row)} is its count
   * @throws RunInterruptedException if the run was stopped from outside; nothing was appended then
   */
  StepOutput append(int[] tokens, int[] counts);

  /**
   * Settles an append of several tokens: takes back those that do not stay. Runs nothing, and needs
   * no further memory. What the run has answered for tokens that stay is valid for as long as
   * before.
   *
   * @param dropped how many of its newest tokens each row loses, less than it appended
   */
  void rollback(int[] dropped);

  /**
   * Remembers where the rows are, for {@link #restore}. Until then only single tokens are appended.
   * What the last run has answered stays valid.
   *
   * @throws io.loquent.InferenceException if there is no memory for it
   */
  void mark();

  /** Takes back every token that was appended since {@link #mark}. Runs nothing. */
  void restore();

  /**
   * Does what {@link #restore()} does, but leaves the oldest tokens that were appended since {@link
   * #mark} where that takes no time.
   *
   * @param kept how many of them each row keeps, at least 0 and at most as many as it appended
   * @return whether they stayed; if not, every token was taken back
   */
  default boolean restore(int[] kept) {
    restore();
    return false;
  }

  /**
   * Takes the rows of another state over, behind the own ones, so that one run of the model serves
   * both. Both states have started. Afterwards the other one is only to be closed.
   *
   * @param other another state
   * @return false if these rows cannot share runs, for instance because the model cannot tell
   *     padding from text; nothing has changed then
   * @throws io.loquent.InferenceException if there is no memory for it; nothing has changed then
   */
  default boolean absorb(DecodingState other) {
    return false;
  }

  /** Frees the memory. May be called repeatedly. */
  @Override
  void close();
}
