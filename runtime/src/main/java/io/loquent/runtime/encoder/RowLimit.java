package io.loquent.runtime.encoder;

import io.loquent.runtime.model.EncoderModel;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How many tokens a model reads at most: what sentence transformers, the tokenizer and the number
 * of positions allow.
 */
final class RowLimit {

  /** What tokenizers say that have no limit is a number with thirty digits. */
  private static final double NO_LIMIT = 1e9;

  /** Models that count positions from behind the padding token's id. */
  private static final Set<String> POSITIONS_AFTER_PADDING =
      Set.of(
          "roberta",
          "xlm-roberta",
          "xlm-roberta-xl",
          "camembert",
          "mpnet",
          "longformer",
          "data2vec-text",
          "roberta-prelayernorm",
          "xmod",
          "ibert",
          "esm");

  private RowLimit() {}

  static OptionalInt of(EncoderModel model) {
    double limit = NO_LIMIT;
    limit = Math.min(limit, number(model.json("sentence_bert_config.json"), "max_seq_length"));
    limit = Math.min(limit, number(model.json("tokenizer_config.json"), "model_max_length"));
    Map<String, @Nullable Object> config = model.json("config.json");
    double positions = number(config, "max_position_embeddings");
    if (POSITIONS_AFTER_PADDING.contains(String.valueOf(config.get("model_type")))) {
      positions -= config.get("pad_token_id") instanceof Number pad ? pad.intValue() + 1 : 2;
    }
    // Models with relative positions write a number here that limits nothing.
    if (positions > 0 && config.get("relative_attention_num_buckets") == null) {
      limit = Math.min(limit, positions);
    }
    if (model.fixedLength().isPresent()) {
      limit = Math.min(limit, model.fixedLength().getAsInt());
    }
    return limit < NO_LIMIT ? OptionalInt.of((int) limit) : OptionalInt.empty();
  }

  private static double number(Map<String, @Nullable Object> json, String name) {
    return json.get(name) instanceof Number number && number.doubleValue() > 0
        ? number.doubleValue()
        : NO_LIMIT;
  }
}
