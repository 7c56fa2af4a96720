package io.loquent.decoding.parallel.ctc;

import io.loquent.GenerationOptions;
import io.loquent.InvalidRequestException;
import io.loquent.Option;
import io.loquent.decoding.SearchSetup;
import io.loquent.decoding.lm.NgramModel;
import io.loquent.decoding.parallel.ParallelModel;
import io.loquent.decoding.parallel.ParallelSearch;
import io.loquent.decoding.parallel.ParallelSetup;
import org.jspecify.annotations.Nullable;

/**
 * Makes searches over the frames of CTC models. Stateless and thread-safe.
 *
 * <p>The options decide which one it is:
 *
 * <ul>
 *   <li>{@code num_beams} 1, the default: the best path (Graves et al. 2006). A result's score is
 *       that path's log-probability.
 *   <li>{@code num_beams} above 1: prefix beam search (Hannun et al. 2014). A result's score is the
 *       log-probability of its tokens, however frames say them, plus what {@code language_model}
 *       and {@code hotwords} add (see {@link NgramModel}). {@code num_return_sequences} are
 *       returned, best first. {@code beam_prune_logp} and {@code token_min_logp} leave out what is
 *       unlikely; with both switched off and a beam that is wide enough, the result is exact.
 *   <li>{@code max_iterations} above 1, for graphs that take partial alignments (a mask token):
 *       block decoding (Chan et al. 2020, Imputer). A result's score is the sum of the
 *       log-probabilities with which its frames were chosen.
 * </ul>
 *
 * <p>All tokens have the span of frames in which the best of the ways to say them does so, and the
 * log-probabilities of the surest of these frames; words have spans where the vocabulary has words.
 * The blank is dropped, and so is nothing else: a begin or unknown token that frames say is in the
 * result. Without {@code max_new_tokens} and {@code max_length} a result is as long as its frames
 * make it.
 */
public final class CtcSearches {

  private CtcSearches() {}

  /**
   * Makes a search.
   *
   * @param setup the request and the model, whose blank token is present
   * @param vocabulary what the model's tokens write; null if that is not known, so that there are
   *     no words, hotwords and language models
   * @param languageModel the model that the option {@code language_model} names, of words, or of
   *     the vocabulary's tokens (recognised by all of its words being spelt like tokens); null for
   *     none
   * @return a new search
   * @throws InvalidRequestException if the options contradict each other, or need what the model
   *     does not have
   */
  public static ParallelSearch of(
      ParallelSetup setup, @Nullable CtcVocabulary vocabulary, @Nullable NgramModel languageModel) {
    ParallelModel model = setup.model();
    if (!model.blankToken().isPresent()) {
      throw new IllegalArgumentException("a CTC model needs a blank token; there is none");
    }
    SearchSetup search =
        CtcRules.check(withoutDefaultLength(setup.search()), model.maskToken().isPresent());
    if (languageModel == null && search.options().get(Option.LANGUAGE_MODEL).isPresent()) {
      throw new IllegalArgumentException("language_model is set, but the model is not given");
    }
    if (search.options().get(Option.NUM_BEAMS).orElse(1) == 1 && model.maskToken().isPresent()) {
      return new BlockSearch(search, model, vocabulary);
    }
    FrameDecoder decoder =
        CtcDecoders.of(
            search,
            model.blankToken().getAsInt(),
            model.frameSeconds(),
            vocabulary,
            languageModel,
            false);
    return new FrameSearch(search, model, vocabulary, decoder);
  }

  /** Frames bound a result's length; the 20 tokens of other searches would cut most of them off. */
  private static SearchSetup withoutDefaultLength(SearchSetup setup) {
    GenerationOptions options = setup.options();
    if (options.get(Option.MAX_NEW_TOKENS).isPresent()
        || options.get(Option.MAX_LENGTH).isPresent()) {
      return setup;
    }
    return new SearchSetup(
        setup.request(),
        options.toBuilder().maxNewTokens(Integer.MAX_VALUE).build(),
        setup.prompt(),
        setup.vocabularySize(),
        setup.tokenizer(),
        setup.seed());
  }
}
