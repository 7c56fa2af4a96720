package io.loquent.runtime.encoder;

import io.loquent.ContextLengthException;
import io.loquent.InvalidRequestException;
import io.loquent.encoder.EncoderOptions;
import io.loquent.encoder.Truncation;
import io.loquent.runtime.model.EncoderModel;
import io.loquent.runtime.model.TokenizerFiles;
import io.loquent.spi.TokenizedText;
import io.loquent.spi.Tokenizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** Turns texts into rows of tokens that fit the model. Thread-safe until closed. */
final class TextReader {

  private final String model;
  private final Tokenizer tokenizer;
  private final OptionalInt limit;

  TextReader(EncoderModel model, Tokenizer tokenizer, TokenizerFiles files) {
    this.model = model.info().name();
    this.tokenizer = tokenizer;
    limit = RowLimit.of(model, files);
  }

  Tokenizer tokenizer() {
    return tokenizer;
  }

  /** How many tokens a row has at most. */
  OptionalInt limit() {
    return limit;
  }

  /** Reads texts one by one; a long one may become several windows, one behind the other. */
  List<Window> read(List<String> texts, EncoderOptions options, int usualStride) {
    List<Window> windows = new ArrayList<>();
    for (int i = 0; i < texts.size(); i++) {
      read(i, texts.get(i), options, usualStride, windows);
    }
    return windows;
  }

  /**
   * Reads texts that begin with a prompt, which all windows of a long one have.
   *
   * @param texts the texts with their prompts
   */
  List<Window> readPrompted(List<PromptedText> texts, EncoderOptions options, int usualStride) {
    List<Window> windows = new ArrayList<>();
    for (int i = 0; i < texts.size(); i++) {
      TokenizedText tokens = tokenizer.tokenize(texts.get(i).read(), Optional.empty(), true);
      int prompt = (int) texts.get(i).promptTokens(tokens).count();
      add(i, tokens, 0, prompt, false, options, usualStride, windows);
    }
    return windows;
  }

  /**
   * Reads a text.
   *
   * @param index index of the text in its call
   * @param windows receives the rows
   */
  void read(int index, String text, EncoderOptions options, int usualStride, List<Window> windows) {
    TokenizedText tokens = tokenizer.tokenize(text, Optional.empty(), true);
    add(index, tokens, 0, 0, false, options, usualStride, windows);
  }

  /**
   * Reads a pair of texts.
   *
   * @param index index of the pair in its call
   * @param longText which of the two is split into windows: 0 or 1
   * @param windows receives the rows
   */
  void readPair(
      int index,
      String first,
      String second,
      int longText,
      EncoderOptions options,
      int usualStride,
      List<Window> windows) {
    TokenizedText tokens = tokenizer.tokenize(first, Optional.of(second), true);
    add(index, tokens, longText, 0, false, options, usualStride, windows);
  }

  /**
   * Reads a pair of texts of which one is never cut (Hugging Face {@code only_first}, {@code
   * only_second}).
   *
   * @param index index of the pair in its call
   * @param longText which of the two is cut or split into windows: 0 or 1
   * @param windows receives the rows
   */
  void readPairCuttingOne(
      int index,
      String first,
      String second,
      int longText,
      EncoderOptions options,
      int usualStride,
      List<Window> windows) {
    TokenizedText tokens = tokenizer.tokenize(first, Optional.of(second), true);
    add(index, tokens, longText, 0, true, options, usualStride, windows);
  }

  private void add(
      int index,
      TokenizedText tokens,
      int longText,
      int head,
      boolean keepOther,
      EncoderOptions options,
      int usualStride,
      List<Window> windows) {
    int room = room(options);
    if (tokens.length() == 0) {
      throw new InvalidRequestException(
          "text " + index + " has no tokens, and " + model + " needs one at least");
    }
    if (tokens.length() <= room) {
      windows.add(new Window(index, 0, tokens));
      return;
    }
    if (options.truncation() == Truncation.ERROR) {
      throw tooLong(index, tokens.length(), room);
    }
    int special = tokens.length() - Cutting.size(tokens, 0) - Cutting.size(tokens, 1);
    if (options.truncation() == Truncation.TRUNCATE && !keepOther) {
      if (special >= room) {
        throw noRoom(index, room, special);
      }
      windows.add(new Window(index, 0, Cutting.longestFirst(tokens, room)));
      return;
    }
    int fixed = tokens.length() - Cutting.size(tokens, longText) + head;
    if (fixed >= room) {
      throw noRoom(index, room, fixed);
    }
    if (options.truncation() == Truncation.TRUNCATE) {
      windows.add(new Window(index, 0, Cutting.beginning(tokens, longText, room)));
      return;
    }
    int stride = options.stride().orElse(Math.min(usualStride, (room - fixed) / 2));
    if (stride >= room - fixed) {
      throw new InvalidRequestException(
          "stride must be less than the "
              + (room - fixed)
              + " tokens that a window has for the text; found "
              + stride);
    }
    List<TokenizedText> parts = Cutting.windows(tokens, longText, head, room, stride);
    for (int number = 0; number < parts.size(); number++) {
      int start = number * (room - fixed - stride);
      int shared = number == 0 ? 0 : head + stride;
      windows.add(new Window(index, number, start, shared, parts.get(number)));
    }
  }

  private int room(EncoderOptions options) {
    int model = limit.orElse(Integer.MAX_VALUE);
    int wanted = options.maxLength().orElse(model);
    if (wanted > model) {
      throw new InvalidRequestException(
          "max_length is "
              + wanted
              + ", and "
              + this.model
              + " reads at most "
              + model
              + " tokens");
    }
    return wanted;
  }

  private ContextLengthException tooLong(int index, int length, int room) {
    return new ContextLengthException(
        "text "
            + index
            + " has "
            + length
            + " tokens, and "
            + model
            + " reads at most "
            + room
            + " at once; set truncation to TRUNCATE to read its beginning, or to STRIDE to read it"
            + " in windows",
        length,
        room);
  }

  private ContextLengthException noRoom(int index, int room, int needed) {
    return new ContextLengthException(
        "text "
            + index
            + " leaves no room to cut it: rows have at most "
            + room
            + " tokens, and "
            + needed
            + " are needed for special tokens and for what is not cut, such as a question; shorten"
            + " that, or raise max_length",
        needed,
        room);
  }
}
