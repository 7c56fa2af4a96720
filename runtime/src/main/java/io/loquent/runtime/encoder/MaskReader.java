package io.loquent.runtime.encoder;

import io.loquent.InvalidRequestException;
import io.loquent.encoder.EncoderOptions;
import io.loquent.encoder.EncoderTask;
import io.loquent.encoder.Truncation;
import io.loquent.spi.TokenizedText;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads texts that hold masks. Thread-safe until closed. */
final class MaskReader {

  private static final int USUAL_STRIDE = 128;

  private final EncoderContext context;

  MaskReader(EncoderContext context) {
    this.context = context;
  }

  /** What stands for an unknown token; refuses models that have no such thing. */
  Mask mask(EncoderTask task) {
    context.need(task);
    return context
        .mask()
        .orElseThrow(
            () ->
                new InvalidRequestException(
                    context.model().info().name()
                        + " cannot do "
                        + task
                        + ": what its mask is cannot be told; add \"mask_token\" to"
                        + " tokenizer_config.json, or \"mask_token_id\" to config.json"));
  }

  /** Finds each mask of each text, in the window that shows most of what is around it. */
  List<List<ClearestView>> masks(List<String> texts, Mask mask, EncoderOptions options) {
    List<List<ClearestView>> masks = new ArrayList<>();
    texts.forEach(text -> masks.add(new ArrayList<>()));
    for (ClearestView view : ClearestView.of(context.reader().read(texts, options, USUAL_STRIDE))) {
      if (view.window().tokens().id(view.token()) == mask.id()) {
        masks.get(view.window().text()).add(view);
      }
    }
    for (int i = 0; i < masks.size(); i++) {
      int found = masks.get(i).size();
      if (found == 0 || options.truncation() == Truncation.TRUNCATE) {
        check(i, texts.get(i), found, mask);
      }
    }
    return masks;
  }

  /** A mask that is missing was either never there or cut off. */
  private void check(int index, String text, int found, Mask mask) {
    if (found == 0 && !text.contains(mask.spelling())) {
      throw new InvalidRequestException(
          "text "
              + index
              + " has no mask, so there is nothing to fill; write "
              + mask.spelling()
              + " where a token is to be filled in, once for each token");
    }
    TokenizedText whole = context.reader().tokenizer().tokenize(text, Optional.empty(), true);
    int written = mask.places(whole).length;
    if (written == 0) {
      throw new InvalidRequestException(
          "text "
              + index
              + " has "
              + mask.spelling()
              + ", but the tokenizer does not read it as the mask; check the added tokens of"
              + " tokenizer.json");
    }
    if (found < written) {
      throw new InvalidRequestException(
          "text "
              + index
              + " has "
              + written
              + " masks, and truncation cuts off all behind the first "
              + found
              + "; set truncation to STRIDE, or shorten the text");
    }
  }

  /** All tokens of texts, each in the window that shows most of what is around it. */
  List<ClearestView> tokens(List<String> texts, EncoderOptions options) {
    return ClearestView.of(context.reader().read(texts, options, USUAL_STRIDE));
  }
}
