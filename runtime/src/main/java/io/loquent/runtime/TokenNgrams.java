package io.loquent.runtime;

import io.loquent.InvalidRequestException;
import io.loquent.decoding.lm.NgramModel;
import io.loquent.decoding.parallel.ParallelModel;
import io.loquent.decoding.parallel.TokenLanguageModel;
import io.loquent.spi.Tokenizer;
import org.jspecify.annotations.Nullable;

/** An n-gram model whose words are the tokens of a vocabulary. Immutable and thread-safe. */
final class TokenNgrams implements TokenLanguageModel {

  private final NgramModel ngrams;

  /** The n-gram model's word for each token. */
  private final int[] words;

  TokenNgrams(NgramModel ngrams, @Nullable Tokenizer tokenizer, ParallelModel model) {
    if (tokenizer == null) {
      throw new InvalidRequestException(
          "language_model is set, but the model has no tokenizer.json that says how its tokens are"
              + " spelt");
    }
    this.ngrams = ngrams;
    words = new int[model.vocabularySize()];
    int known = 0;
    for (int id = 0; id < words.length; id++) {
      String spelling = id < tokenizer.vocabularySize() ? tokenizer.idToToken(id).orElse("") : "";
      words[id] = spelling.isEmpty() ? NgramModel.UNKNOWN : ngrams.id(spelling);
      known += words[id] == NgramModel.UNKNOWN ? 0 : 1;
    }
    if (known == 0) {
      throw new InvalidRequestException(
          "language_model has no word in common with the model's vocabulary; its words must be the"
              + " tokens as tokenizer.json spells them");
    }
  }

  @Override
  public int start() {
    return ngrams.begin();
  }

  @Override
  public int next(int state, int token) {
    return ngrams.next(state, words[token]);
  }

  @Override
  public double logProbability(int state, int token) {
    return ngrams.logProbability(state, words[token]);
  }

  @Override
  public double endLogProbability(int state) {
    return ngrams.logProbabilityOfEnd(state);
  }
}
