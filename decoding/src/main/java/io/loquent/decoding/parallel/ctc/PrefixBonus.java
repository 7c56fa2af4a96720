package io.loquent.decoding.parallel.ctc;

import io.loquent.decoding.lm.NgramModel;
import org.jspecify.annotations.Nullable;

/**
 * What a language model and hotwords add to the log-probability of a prefix, and what they have to
 * know of it to go on. Immutable.
 *
 * @param settled for what is complete
 * @param total {@code settled}, and what an unfinished word and begun hotwords add for now
 * @param context the language model's state behind the last complete word
 * @param hotword which hotwords have begun; null if there are none
 * @param lastWord the last complete word, where no language model remembers it; else empty
 * @param partial the unfinished word; empty between words
 */
record PrefixBonus(
    double settled,
    double total,
    int context,
    Hotwords.@Nullable Node hotword,
    String lastWord,
    String partial) {

  /** Of no language model and no hotwords. */
  static final PrefixBonus NONE = new PrefixBonus(0, 0, NgramModel.EMPTY, null, "", "");
}
