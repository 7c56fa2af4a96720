package io.loquent.decoding.logits;

import io.loquent.ContextLengthException;
import io.loquent.GenerationOptions;
import io.loquent.InvalidRequestException;
import io.loquent.LogitsProcessor;
import io.loquent.Option;
import io.loquent.TokenSequence;
import io.loquent.decoding.SearchSetup;
import java.util.List;

/**
 * All that a request does to scores before a token is chosen. It holds buffers that its processors
 * reuse, so it belongs to one request and is confined to one thread; after its first calls it
 * allocates nothing.
 *
 * <p>The order is Hugging Face's ({@code GenerationMixin._get_logits_processor}), with what is not
 * from there, marked with *, in between: constraint*, sequence bias, encoder repetition penalty,
 * repetition penalty, presence and frequency penalty*, no-repeat n-grams, encoder no-repeat
 * n-grams, DRY*, bad words, minimum length, allowed tokens, forced first token, forced end token,
 * removal of invalid values, exponential decay, suppressed tokens, suppressed first tokens, the
 * request's own processors; for sampling the warpers temperature, top-n-sigma*, top-k, top-p,
 * min-p, typical, epsilon, eta, XTC*; and last renormalization. {@link Guidance} comes before all
 * of them and is up to the search.
 */
public final class ProcessorChain {

  /** What {@link #lowers} returns where the whole vocabulary matters. */
  public static final int ANY = -1;

  private final LogitsProcessor[] processors;
  private final Warper[] warpers;
  private final PossibleTokens possible = new PossibleTokens();

  ProcessorChain(List<LogitsProcessor> processors, List<Warper> warpers) {
    this.processors = processors.toArray(new LogitsProcessor[0]);
    this.warpers = warpers.toArray(new Warper[0]);
  }

  /**
   * Makes the chain of a search that draws tokens at random; its scores are raw logits.
   *
   * @param setup the request
   * @return processors, then the warpers if {@code do_sample} is on; without a {@code top_k} that
   *     is set or switched off, 50 tokens are kept
   * @throws InvalidRequestException if an option names a token outside the vocabulary, or needs
   *     something that the request does not have
   * @throws ContextLengthException if the prompt leaves no room for a single token
   */
  public static ProcessorChain forSampling(SearchSetup setup) {
    ChainAssembly assembly = new ChainAssembly(setup).processors().deadEnds();
    if (isSampling(setup.options())) {
      assembly.warpers(1);
    }
    return assembly.renormalization().chain();
  }

  /**
   * Makes the chain of a search that takes the most probable tokens; its scores are raw logits.
   *
   * @param setup the request
   * @return processors without warpers
   * @throws InvalidRequestException if an option names a token outside the vocabulary, or needs
   *     something that the request does not have
   * @throws ContextLengthException if the prompt leaves no room for a single token
   */
  public static ProcessorChain forGreedy(SearchSetup setup) {
    return new ChainAssembly(setup).processors().deadEnds().renormalization().chain();
  }

  /**
   * Makes the chain that guesses as a request's search would choose, except that a guess need not
   * be possible; its scores are raw logits.
   *
   * @param setup the request
   * @return processors, then the warpers if {@code do_sample} is on
   * @throws InvalidRequestException if an option names a token outside the vocabulary, or needs
   *     something that the request does not have
   * @throws ContextLengthException if the prompt leaves no room for a single token
   */
  public static ProcessorChain forGuesses(SearchSetup setup) {
    ChainAssembly assembly = new ChainAssembly(setup).processors();
    if (isSampling(setup.options())) {
      assembly.warpers(1);
    }
    return assembly.renormalization().chain();
  }

  /**
   * Makes the chain of a beam search; its scores are log-probabilities.
   *
   * @param setup the request
   * @return processors, then the warpers if {@code do_sample} is on; they keep at least one token
   *     more than there are end tokens, so that a beam can always go on
   * @throws InvalidRequestException if an option names a token outside the vocabulary, or needs
   *     something that the request does not have
   * @throws ContextLengthException if the prompt leaves no room for a single token
   */
  public static ProcessorChain forBeams(SearchSetup setup) {
    ChainAssembly assembly = new ChainAssembly(setup).processors();
    if (isSampling(setup.options())) {
      int endTokens = setup.options().get(Option.EOS_TOKEN_ID).orElse(List.of()).size();
      assembly.warpers(Math.max(2, endTokens + 1));
    }
    return assembly.renormalization().chain();
  }

  /**
   * Changes the scores of a sequence's next token in place.
   *
   * @param tokens the sequence so far
   * @param row which of the request's sequences or beams it is; random choices depend on it
   * @param scores {@code [vocabulary]} scores
   * @throws io.loquent.InferenceException if a processor meets a score that is NaN or positive
   *     infinity
   */
  public void process(TokenSequence tokens, int row, float[] scores) {
    runProcessors(tokens, scores);
    if (warpers.length > 0) {
      possible.start(scores);
      warp(tokens, row, possible);
      possible.writeTo(scores);
    }
  }

  /**
   * Says whether scores always stay as they are.
   *
   * @return true if there are neither processors nor warpers
   */
  public boolean isEmpty() {
    return processors.length == 0 && warpers.length == 0;
  }

  /**
   * Says whether scores change before they are warped.
   *
   * @return false if {@link #runProcessors} does nothing
   */
  public boolean hasProcessors() {
    return processors.length > 0;
  }

  /**
   * The first half of {@link #process}, which needs the scores of the whole vocabulary.
   *
   * @param tokens the sequence so far
   * @param scores {@code [vocabulary]} scores, changed in place
   * @throws io.loquent.InferenceException if a processor meets a score that is NaN or positive
   *     infinity
   */
  public void runProcessors(TokenSequence tokens, float[] scores) {
    for (LogitsProcessor processor : processors) {
      processor.process(tokens, scores);
    }
  }

  /**
   * The second half of {@link #process}, whose steps narrow the choice.
   *
   * @param tokens the sequence so far
   * @param row which of the request's sequences or beams it is; random choices depend on it
   * @param choice what is left of the vocabulary, changed in place
   * @throws io.loquent.InferenceException if a score is NaN or positive infinity
   */
  public void warp(TokenSequence tokens, int row, PossibleTokens choice) {
    for (Warper warper : warpers) {
      warper.warp(tokens, row, choice);
    }
  }

  /**
   * Says whether a chain for beams can process the best tokens of a sequence alone: it lowers a few
   * log-probabilities, each independently of the others, and leaves the rest as they are. A token
   * that cannot be chosen stays so.
   *
   * @param length of the sequence, prompt included
   * @return how many log-probabilities it may lower at most; {@link #ANY} if it may do more
   */
  public int lowers(int length) {
    int sum = 0;
    for (LogitsProcessor processor : processors) {
      int lowered = processor instanceof LoweringProcessor lowering ? lowering.lowers(length) : ANY;
      if (lowered == ANY) {
        return ANY;
      }
      sum += lowered;
    }
    return warpers.length > 0 ? ANY : sum;
  }

  private static boolean isSampling(GenerationOptions options) {
    return options.get(Option.DO_SAMPLE).orElse(false);
  }
}
