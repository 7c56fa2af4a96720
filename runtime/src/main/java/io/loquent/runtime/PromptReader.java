package io.loquent.runtime;

import io.loquent.ContextLengthException;
import io.loquent.GenerationOptions;
import io.loquent.GenerationRequest;
import io.loquent.Input;
import io.loquent.InvalidRequestException;
import io.loquent.Option;
import io.loquent.runtime.model.LoadedModel;
import io.loquent.runtime.model.PromptRow;
import io.loquent.spi.Tokenizer;
import org.jspecify.annotations.Nullable;

/** Turns inputs into the ids and features that a model reads, and checks them. Thread-safe. */
final class PromptReader {

  private final LoadedModel model;
  private final @Nullable Tokenizer tokenizer;
  private final ChatReader chats;

  PromptReader(LoadedModel model, @Nullable Tokenizer tokenizer) {
    this(model, tokenizer, ChatReader.none());
  }

  PromptReader(LoadedModel model, @Nullable Tokenizer tokenizer, ChatReader chats) {
    this.model = model;
    this.tokenizer = tokenizer;
    this.chats = chats;
  }

  /** The row of a request's own prompt. */
  PromptRow prompt(GenerationRequest request, GenerationOptions options) {
    if (model.parallel().isPresent() && model.isEncoderDecoder()) {
      if (request.decoderInput().isPresent()) {
        throw new InvalidRequestException(
            "decoder_input_ids are for models that decode step by step, and "
                + model.info().name()
                + " fills its output at once; remove them");
      }
      return encoderRow(request.input(), new int[0]);
    }
    if (!model.isEncoderDecoder()) {
      if (request.decoderInput().isPresent()) {
        throw new InvalidRequestException(
            "decoder_input_ids are for encoder-decoder models, and "
                + model.info().name()
                + " has only a decoder; put them at the end of the prompt");
      }
      return decoderRow(request.input(), options);
    }
    ContextRoom.refuseKeeping(options, model.info().name());
    return encoderRow(request.input(), decoderPrompt(request.decoderInput().orElse(null), options));
  }

  /**
   * The row of the negative prompt of classifier-free guidance; without one, a decoder starts from
   * its prompt's last token, as in Hugging Face.
   */
  PromptRow negativePrompt(GenerationRequest request, PromptRow prompt) {
    Input negative = request.negativePrompt().orElse(null);
    if (model.isEncoderDecoder()) {
      if (negative == null) {
        throw new InvalidRequestException(
            "guidance_scale needs a negative prompt for an encoder-decoder model; set"
                + " negativePrompt");
      }
      return encoderRow(negative, prompt.ids());
    }
    int[] ids = prompt.ids();
    return negative == null
        ? new PromptRow(new int[] {ids[ids.length - 1]}, null, null)
        : decoderRow(negative);
  }

  /** The row of a decoder-only model. */
  PromptRow decoderRow(Input input) {
    return decoderRow(input, GenerationOptions.none());
  }

  private PromptRow decoderRow(Input input, GenerationOptions options) {
    int[] read =
        model.contextLength().isPresent()
            ? new ContextRoom(model.info().name(), model.contextLength().getAsInt())
                .ids(input, options, part -> ids(part, true))
            : ids(input, true);
    int[] ids = checked("prompt", read, model.info().vocabularySize());
    checkRoom("the prompt", ids.length, 1);
    return new PromptRow(ids, null, null);
  }

  /** The row of an encoder-decoder model. */
  PromptRow encoderRow(Input input, int[] decoderIds) {
    checkRoom("the decoder prompt", decoderIds.length, 1);
    if (input instanceof Input.Features features && !model.readsTokens()) {
      return new PromptRow(decoderIds, null, features);
    }
    if (!model.readsTokens()) {
      throw new InvalidRequestException(
          "the encoder of "
              + model.info().name()
              + " reads numbers, not text; give the request Input.Features");
    }
    int[] ids = checked("input", ids(input, true), model.inputVocabularySize());
    checkRoom("the input", ids.length, 0);
    return new PromptRow(decoderIds, ids, null);
  }

  /** The decoder start token, followed by what the request puts behind it. */
  int[] decoderPrompt(@Nullable Input input, GenerationOptions options) {
    int start =
        options
            .get(Option.DECODER_START_TOKEN_ID)
            .orElseGet(
                () ->
                    options
                        .get(Option.BOS_TOKEN_ID)
                        .orElseThrow(
                            () ->
                                new InvalidRequestException(
                                    "decoder_start_token_id is unknown: neither the request, nor"
                                        + " generation_config.json, nor config.json sets it or"
                                        + " bos_token_id; set it as an option")));
    if (input == null) {
      return checked("decoder_start_token_id", new int[] {start}, model.info().vocabularySize());
    }
    int[] ids = checked("decoder_input_ids", ids(input, false), model.info().vocabularySize());
    if (ids[0] == start) {
      return ids;
    }
    int[] prompt = new int[ids.length + 1];
    prompt[0] = start;
    System.arraycopy(ids, 0, prompt, 1, ids.length);
    return prompt;
  }

  /** Ids of a decoder that are about to be run, checked. */
  int[] checkedRow(int[] ids) {
    checked("target", ids, model.info().vocabularySize());
    checkRoom("the target", ids.length, 0);
    return ids;
  }

  /** The ids of a text, of a conversation or of given tokens. */
  int[] ids(Input input, boolean addSpecialTokens) {
    if (input instanceof Input.Tokens tokens) {
      return tokens.toArray();
    }
    if (input instanceof Input.Features) {
      throw new InvalidRequestException(
          "Input.Features are for audio and image encoders; "
              + model.info().name()
              + " reads text or token ids here");
    }
    if (tokenizer == null) {
      throw new InvalidRequestException(
          model.info().name()
              + " has no tokenizer.json, so it cannot read text; give token ids, or set the"
              + " tokenizer folder in the model configuration");
    }
    if (input instanceof Input.Text text) {
      return tokenizer.encode(text.text(), addSpecialTokens);
    }
    if (input instanceof Input.Chat chat) {
      // The template writes the special tokens itself.
      return tokenizer.encode(chats.text(chat), false);
    }
    Input.TextPair pair = (Input.TextPair) input;
    return tokenizer.encode(pair.first(), pair.second(), addSpecialTokens);
  }

  private static int[] checked(String what, int[] ids, int vocabularySize) {
    if (ids.length == 0) {
      throw new InvalidRequestException(
          "the " + what + " is empty: it has no token; give at least one");
    }
    for (int i = 0; i < ids.length; i++) {
      if (ids[i] < 0 || ids[i] >= vocabularySize) {
        throw new InvalidRequestException(
            what
                + ": token "
                + i
                + " has id "
                + ids[i]
                + ", and the model's vocabulary has ids from 0 to "
                + (vocabularySize - 1)
                + "; if the id came from a text, the tokenizer belongs to another model");
      }
    }
    return ids;
  }

  private void checkRoom(String what, int length, int atLeast) {
    if (!model.contextLength().isPresent()) {
      return;
    }
    int limit = model.contextLength().getAsInt();
    if (length + atLeast > limit) {
      throw new ContextLengthException(
          what
              + " has "
              + length
              + " tokens, and the context of "
              + model.info().name()
              + " has room for "
              + limit
              + (atLeast > 0 ? ", the generated ones included" : "")
              + "; shorten it",
          length,
          limit);
    }
  }
}
