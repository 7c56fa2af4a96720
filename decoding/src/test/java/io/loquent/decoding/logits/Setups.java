package io.loquent.decoding.logits;

import io.loquent.GenerationOptions;
import io.loquent.GenerationRequest;
import io.loquent.decoding.SearchPrompt;
import io.loquent.decoding.SearchSetup;
import java.util.function.Consumer;

/** What chains are made from, with a prompt of ids 1, 2, 3 unless given. */
final class Setups {

  private Setups() {}

  static SearchSetup of(int vocabularySize, Consumer<GenerationOptions.Builder> options) {
    return of(vocabularySize, new int[] {1, 2, 3}, options);
  }

  static SearchSetup of(
      int vocabularySize, int[] prompt, Consumer<GenerationOptions.Builder> options) {
    return of(GenerationRequest.tokens(prompt).options(options).build(), prompt, vocabularySize);
  }

  static SearchSetup of(GenerationRequest request, int[] prompt, int vocabularySize) {
    return new SearchSetup(
        request,
        request.options(),
        new SearchPrompt(prompt, prompt, Integer.MAX_VALUE),
        vocabularySize,
        null,
        7);
  }
}
