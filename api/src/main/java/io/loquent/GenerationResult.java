package io.loquent;

import java.util.List;
import java.util.Optional;

/**
 * The answer to one request. Immutable.
 *
 * @param candidates {@code num_return_sequences} sequences, best first for beam search, in drawing
 *     order for sampling; never empty
 * @param usage tokens and model runs
 * @param timings wall-clock times
 * @param speculation what guessing tokens ahead has brought; empty if none were to be guessed
 */
public record GenerationResult(
    List<Candidate> candidates, Usage usage, Timings timings, Optional<Speculation> speculation) {

  /**
   * Copies the list and checks that there is a candidate.
   *
   * @param candidates {@code num_return_sequences} sequences, best first for beam search, in
   *     drawing order for sampling
   * @param usage tokens and model runs
   * @param timings wall-clock times
   * @param speculation what guessing tokens ahead has brought
   */
  public GenerationResult {
    candidates = List.copyOf(candidates);
    if (candidates.isEmpty()) {
      throw new IllegalArgumentException("candidates is empty; a result has at least one");
    }
  }

  /**
   * Creates the answer to a request without guessed tokens.
   *
   * @param candidates {@code num_return_sequences} sequences, best first for beam search, in
   *     drawing order for sampling
   * @param usage tokens and model runs
   * @param timings wall-clock times
   */
  public GenerationResult(List<Candidate> candidates, Usage usage, Timings timings) {
    this(candidates, usage, timings, Optional.empty());
  }

  /**
   * Returns the first candidate.
   *
   * @return the best one of a beam search
   */
  public Candidate best() {
    return candidates.get(0);
  }

  /**
   * Returns the first candidate's text.
   *
   * @return text without prompt and special tokens
   */
  public String text() {
    return best().text();
  }

  /**
   * Reads the first candidate's text as JSON of a record; what {@link OutputConstraint#json(Class)}
   * asks for.
   *
   * @param type the record
   * @param <R> the record
   * @return the record
   * @throws InvalidOutputException if the text is no JSON, which one that ended at a length limit
   *     is not, or does not fit the record
   * @throws InvalidRequestException if a component has a type that is not supported
   */
  public <R extends Record> R json(Class<R> type) {
    return RecordReader.read(text(), type);
  }
}
