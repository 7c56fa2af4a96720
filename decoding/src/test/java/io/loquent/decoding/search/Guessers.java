package io.loquent.decoding.search;

import io.loquent.TokenSequence;
import io.loquent.decoding.DraftLength;
import io.loquent.decoding.DraftRows;
import io.loquent.decoding.Drafter;
import io.loquent.decoding.Drafting;
import io.loquent.decoding.SearchSetup;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Function;

/** Drafters for tests, and setups that use them. */
final class Guessers {

  private Guessers() {}

  /** A drafter that knows what follows a sequence. */
  static Drafter of(Function<List<Integer>, Integer> next) {
    return new Drafter() {
      @Override
      public void draft(DraftRows rows) {
        for (int row = 0; row < rows.size(); row++) {
          List<Integer> tokens = tokens(rows.sequence(row));
          while (rows.room(row) > 0) {
            int token = next.apply(tokens);
            rows.propose(row, token);
            tokens.add(token);
          }
        }
      }

      @Override
      public void close() {}
    };
  }

  static Drafter random(int vocabulary) {
    Random random = new Random(5);
    return of(tokens -> random.nextInt(vocabulary));
  }

  /** One whose guesses are all in vain. */
  static Drafter wrong(int vocabulary, Function<List<Integer>, Integer> right) {
    return of(tokens -> (right.apply(tokens) + 1) % vocabulary);
  }

  static List<Integer> tokens(TokenSequence sequence) {
    List<Integer> tokens = new ArrayList<>();
    for (int i = 0; i < sequence.length(); i++) {
      tokens.add(sequence.get(i));
    }
    return tokens;
  }

  static SearchSetup with(SearchSetup setup, Drafter drafter, int length) {
    return setup.with(new Drafting(drafter, DraftLength.fixed(length), () -> 0));
  }
}
