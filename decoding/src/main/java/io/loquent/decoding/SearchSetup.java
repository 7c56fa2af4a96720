package io.loquent.decoding;

import io.loquent.GenerationOptions;
import io.loquent.GenerationRequest;
import io.loquent.decoding.constraint.ConstraintPaths;
import io.loquent.spi.Tokenizer;
import org.jspecify.annotations.Nullable;

/**
 * All that a search is made from.
 *
 * @param request the application's own processors, criteria and callbacks are taken from it
 * @param options the effective options: the request's over the application's over the model's
 * @param prompt the request's prompt
 * @param vocabularySize length of a logits vector
 * @param tokenizer for stop strings; null for a model without one
 * @param seed the seed of all random choices: the option's, or a fresh one
 * @param drafting how it guesses ahead; null if it does not
 * @param constraint what its text must be; null if it may be anything
 */
public record SearchSetup(
    GenerationRequest request,
    GenerationOptions options,
    SearchPrompt prompt,
    int vocabularySize,
    @Nullable Tokenizer tokenizer,
    long seed,
    @Nullable Drafting drafting,
    @Nullable ConstraintPaths constraint) {

  /**
   * Creates the setup of a search that does not guess ahead and may write anything.
   *
   * @param request the application's own processors, criteria and callbacks are taken from it
   * @param options the effective options
   * @param prompt the request's prompt
   * @param vocabularySize length of a logits vector
   * @param tokenizer for stop strings; null for a model without one
   * @param seed the seed of all random choices
   */
  public SearchSetup(
      GenerationRequest request,
      GenerationOptions options,
      SearchPrompt prompt,
      int vocabularySize,
      @Nullable Tokenizer tokenizer,
      long seed) {
    this(request, options, prompt, vocabularySize, tokenizer, seed, null, null);
  }

  /**
   * Says how the search guesses ahead.
   *
   * @param how what it guesses with; null if it does not
   * @return a copy with it
   */
  public SearchSetup with(@Nullable Drafting how) {
    return new SearchSetup(
        request, options, prompt, vocabularySize, tokenizer, seed, how, constraint);
  }

  /**
   * Says what the text must be.
   *
   * @param paths the constraint, of this request alone; null if it may be anything
   * @return a copy with it
   */
  public SearchSetup constrained(@Nullable ConstraintPaths paths) {
    return new SearchSetup(
        request, options, prompt, vocabularySize, tokenizer, seed, drafting, paths);
  }
}
