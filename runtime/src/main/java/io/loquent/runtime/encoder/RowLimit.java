package io.loquent.runtime.encoder;

import io.loquent.runtime.model.EncoderModel;
import io.loquent.runtime.model.TokenizerFiles;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * How many tokens a model reads at most: what sentence transformers, the tokenizer and the number
 * of positions allow.
 */
final class RowLimit {

  /** What tokenizers say that have no limit is a number with thirty digits. */
  private static final double NO_LIMIT = 1e9;

  private RowLimit() {}

  static OptionalInt of(EncoderModel model, TokenizerFiles files) {
    double limit = NO_LIMIT;
    limit = Math.min(limit, number(model.json("sentence_bert_config.json").get("max_seq_length")));
    limit = Math.min(limit, number(files.setting("model_max_length")));
    int positions = model.info().contextLength().orElse(0);
    limit = positions > 0 ? Math.min(limit, positions) : limit;
    if (model.fixedLength().isPresent()) {
      limit = Math.min(limit, model.fixedLength().getAsInt());
    }
    return limit < NO_LIMIT ? OptionalInt.of((int) limit) : OptionalInt.empty();
  }

  private static double number(@Nullable Object json) {
    return json instanceof Number number && number.doubleValue() > 0
        ? number.doubleValue()
        : NO_LIMIT;
  }
}
