package io.loquent.decoding;

/**
 * The memory of a model that is continuing several token sequences side by side: caches, recurrent
 * states, whatever the graph declares. Row {@code i} is one sequence. Confined to one thread.
 *
 * <p>The first call is {@link #start()}; then {@link #gather} and {@link #append} alternate.
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
  StepOutput start();

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

  /** Frees the memory. May be called repeatedly. */
  @Override
  void close();
}
