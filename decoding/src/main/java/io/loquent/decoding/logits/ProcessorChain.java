package io.loquent.decoding.logits;

import io.loquent.InvalidRequestException;
import io.loquent.LogitsProcessor;
import io.loquent.TokenSequence;
import io.loquent.decoding.SearchSetup;
import java.util.List;

/**
 * All that a request does to scores before a token is chosen, in Hugging Face's order. It holds
 * buffers that its processors reuse, so it belongs to one request and is confined to one thread.
 */
public final class ProcessorChain {

  private final LogitsProcessor[] processors;

  private ProcessorChain(List<LogitsProcessor> processors) {
    this.processors = processors.toArray(new LogitsProcessor[0]);
  }

  /**
   * Makes the chain of a search that draws tokens at random; its scores are raw logits.
   *
   * @param setup the request
   * @return processors, then the warpers if {@code do_sample} is on
   * @throws InvalidRequestException if an option names a token outside the vocabulary
   */
  public static ProcessorChain forSampling(SearchSetup setup) {
    return new ProcessorChain(setup.request().logitsProcessors());
  }

  /**
   * Makes the chain of a search that takes the most probable tokens; its scores are raw logits.
   *
   * @param setup the request
   * @return processors without warpers
   * @throws InvalidRequestException if an option names a token outside the vocabulary
   */
  public static ProcessorChain forGreedy(SearchSetup setup) {
    return new ProcessorChain(setup.request().logitsProcessors());
  }

  /**
   * Makes the chain of a beam search; its scores are log-probabilities.
   *
   * @param setup the request
   * @return processors, then the warpers if {@code do_sample} is on
   * @throws InvalidRequestException if an option names a token outside the vocabulary
   */
  public static ProcessorChain forBeams(SearchSetup setup) {
    return new ProcessorChain(setup.request().logitsProcessors());
  }

  /**
   * Changes the scores of a sequence's next token in place.
   *
   * @param tokens the sequence so far
   * @param row which of the request's sequences or beams it is; random choices depend on it
   * @param scores {@code [vocabulary]} scores
   */
  public void process(TokenSequence tokens, int row, float[] scores) {
    for (LogitsProcessor processor : processors) {
      processor.process(tokens, scores);
    }
  }

  /**
   * Says whether scores always stay as they are.
   *
   * @return true if there is no processor
   */
  public boolean isEmpty() {
    return processors.length == 0;
  }
}
