package io.loquent.runtime;

import io.loquent.GenerationOptions;
import io.loquent.GenerationRequest;
import io.loquent.InvalidRequestException;
import io.loquent.Option;
import io.loquent.decoding.logits.HealedPrefix;
import io.loquent.runtime.model.LoadedModel;
import io.loquent.runtime.model.PromptRow;
import io.loquent.spi.IncrementalDetokenizer;
import io.loquent.spi.Tokenizer;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A prompt whose last token is generated anew, together with what follows: a prompt that ends in
 * {@code http:} would otherwise never be followed by the one token that stands for {@code ://}.
 *
 * @param prompt without its last token
 * @param prefix lets only that token's text come first
 * @param characters how much of the generated text is the prompt's
 */
record TokenHealing(PromptRow prompt, HealedPrefix prefix, int characters) {

  /**
   * Heals a prompt.
   *
   * @return null if that is not asked for, or no other token begins as the last one does
   * @throws InvalidRequestException if the model or the request's other options do not allow it
   */
  static @Nullable TokenHealing of(
      GenerationRequest request,
      GenerationOptions options,
      PromptRow prompt,
      LoadedModel model,
      @Nullable Tokenizer tokenizer,
      Constraints constraints) {
    if (!options.get(Option.TOKEN_HEALING).orElse(false)) {
      return null;
    }
    if (model.isEncoderDecoder() || model.parallel().isPresent()) {
      throw new InvalidRequestException(
          "token_healing joins a prompt and what is generated behind it, and "
              + model.info().name()
              + " reads its input apart from its output; leave it out");
    }
    if (options.get(Option.CONSTRAINT).isPresent() || request.negativePrompt().isPresent()) {
      throw new InvalidRequestException(
          "token_healing changes where the generated text begins, which does not go together with a"
              + " constraint or a negative prompt; leave one of them out");
    }
    if (tokenizer == null) {
      throw new InvalidRequestException(
          "token_healing needs to know what tokens stand for, and the model has no tokenizer; put"
              + " its tokenizer.json into the model folder");
    }
    int[] ids = prompt.ids();
    return ids.length < 2 ? null : of(ids, tokenizer, constraints.tokens());
  }

  /** The plan of the request with its last token cut off. */
  RequestPlan plan(GenerationRequest request, GenerationOptions options, long startNanos) {
    return new RequestPlan(
        request.toBuilder().logitsProcessor(prefix).build(),
        options,
        prompt,
        startNanos,
        characters);
  }

  private static @Nullable TokenHealing of(int[] ids, Tokenizer tokenizer, SpelledTokens tokens) {
    int last = ids[ids.length - 1];
    byte[] bytes = last < tokens.size() ? tokens.bytes(last, false) : null;
    if (bytes == null || bytes.length == 0 || !isText(bytes)) {
      return null;
    }
    HealedPrefix prefix = new HealedPrefix(tokens, bytes);
    boolean isAmbiguous = false;
    for (int id = 0; id < tokens.size() && !isAmbiguous; id++) {
      byte[] other = tokens.bytes(id, false);
      isAmbiguous = other != null && other.length > bytes.length && prefix.continues(id, 0);
    }
    if (!isAmbiguous) {
      return null;
    }
    IncrementalDetokenizer detokenizer = tokenizer.detokenizer(true);
    int characters = (detokenizer.append(last) + detokenizer.flush()).length();
    return new TokenHealing(
        new PromptRow(Arrays.copyOf(ids, ids.length - 1), null, null), prefix, characters);
  }

  private static boolean isText(byte[] bytes) {
    try {
      StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
      return true;
    } catch (CharacterCodingException e) {
      return false;
    }
  }
}
