package io.loquent.runtime;

import io.loquent.GenerationOptions;
import io.loquent.Option;
import io.loquent.decoding.DraftLength;
import io.loquent.decoding.Drafting;
import io.loquent.decoding.SearchPrompt;
import io.loquent.decoding.speculation.PromptLookup;
import org.jspecify.annotations.Nullable;

/** How a request guesses tokens ahead, as its options say. Stateless and thread-safe. */
final class RequestDrafting {

  private static final int DEFAULT_NGRAM = 3;
  private static final int DEFAULT_LOOKED_UP = 10;

  private RequestDrafting() {}

  /**
   * Makes a request's drafter.
   *
   * @param prompt of the request; an encoder's input is looked through as well
   * @return null if it does not draft
   */
  static @Nullable Drafting of(GenerationOptions options, SearchPrompt prompt) {
    boolean lookup =
        options
            .get(Option.PROMPT_LOOKUP)
            .orElse(options.get(Option.PROMPT_LOOKUP_NUM_TOKENS).isPresent());
    if (!lookup) {
      return null;
    }
    // The encoder's input of a decoder-only model is the prompt, which the sequence begins with.
    int[] encoderIds = prompt.encoderIds() == prompt.ids() ? new int[0] : prompt.encoderIds();
    int ngram = options.get(Option.MAX_MATCHING_NGRAM_SIZE).orElse(DEFAULT_NGRAM);
    int tokens = options.get(Option.PROMPT_LOOKUP_NUM_TOKENS).orElse(DEFAULT_LOOKED_UP);
    return new Drafting(new PromptLookup(ngram, encoderIds), DraftLength.fixed(tokens));
  }
}
