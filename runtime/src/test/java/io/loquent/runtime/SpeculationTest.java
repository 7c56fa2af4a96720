package io.loquent.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.loquent.GenerationOptions;
import io.loquent.GenerationRequest;
import io.loquent.Option;
import io.loquent.Token.TopToken;
import io.loquent.TokenSequence;
import io.loquent.decoding.ChosenToken;
import io.loquent.decoding.DecodingLoop;
import io.loquent.decoding.DecodingState;
import io.loquent.decoding.DraftLength;
import io.loquent.decoding.DraftRows;
import io.loquent.decoding.Drafter;
import io.loquent.decoding.Drafting;
import io.loquent.decoding.Search;
import io.loquent.decoding.SearchPrompt;
import io.loquent.decoding.SearchSetup;
import io.loquent.decoding.search.Searches;
import io.loquent.decoding.speculation.PromptLookup;
import io.loquent.runtime.Goldens.Case;
import io.loquent.runtime.model.LoadedModel;
import io.loquent.runtime.model.OpenOptions;
import io.loquent.runtime.model.PromptRow;
import io.loquent.runtime.model.RunControl;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Greedy search and sampling over real graphs, with guesses of every kind and without. */
final class SpeculationTest {

  /** A verifying run adds floats in another order than a step; so much may decide between two. */
  private static final double NEARLY_EQUAL = 1e-4;

  private enum Kind {
    LOOKUP,
    PATHS,
    RANDOM,
    WRONG,
    ITSELF
  }

  @ParameterizedTest
  @CsvSource({
    "gpt2-tiny, true",
    "gpt2-tiny, false",
    "gpt2-tiny-nocache, true",
    "gpt2-tiny-legacy, true",
    "gpt2-tiny-merged, true",
    "gpt2-tiny-merged, false",
    "gpt2-tiny-external, true",
    "llama-tiny, true",
    "llama-tiny, false",
    "llama-tiny-gqa, true",
    "t5-tiny, true",
    "t5-tiny-merged, true",
    "bart-tiny, true",
    "marian-tiny, true",
    "marian-tiny-merged, true",
    "lstm-seq2seq-tiny, true",
    "gru-bahdanau-tiny, true"
  })
  void results_are_the_same_with_guesses_of_every_kind(String fixture, boolean graphAdditions) {
    try (OpenedFolder opened =
        OpenedFolder.open(
            Goldens.config(fixture).graphAdditions(graphAdditions).build(), new ArrayList<>())) {
      int compared = 0;
      for (Case golden : Goldens.cases(fixture, "goldens.json")) {
        if (!golden.name().startsWith("nopos_")
            && isPlain(golden.options().orElse(opened.model().defaults()))) {
          compare(opened, golden);
          compared++;
        }
      }
      assertThat(compared).isPositive();
      assertThat(opened.model().lentBuffers()).isZero();
    }
  }

  private static boolean isPlain(GenerationOptions options) {
    return options.get(Option.NUM_BEAMS).orElse(1) == 1
        && options.get(Option.PENALTY_ALPHA).orElse(0.0) == 0
        && options.get(Option.FORCE_WORDS_IDS).isEmpty()
        && options.get(Option.GUIDANCE_SCALE).orElse(1.0) == 1;
  }

  private static void compare(OpenedFolder opened, Case golden) {
    List<Prepared> all = new ArrayList<>();
    PromptReader reader = new PromptReader(opened.model(), opened.tokenizer());
    for (int[] ids : golden.inputs()) {
      GenerationOptions options = golden.options().toBuilder().set(Option.TOP_LOGPROBS, 2).build();
      GenerationRequest request = GenerationRequest.tokens(ids).options(options).build();
      GenerationOptions effective = options.orElse(opened.model().defaults());
      all.add(new Prepared(request, effective, reader.prompt(request, effective)));
    }
    while (all.size() < 4) {
      all.add(all.get(all.size() - 1));
    }
    List<List<ChosenToken>> plain = new ArrayList<>();
    for (Prepared prepared : all) {
      plain.addAll(run(opened, List.of(prepared), null, List.of(), 1));
    }
    List<Prepared> together = together(opened, all);
    for (int length : new int[] {1, 3, 8}) {
      for (Kind kind : Kind.values()) {
        if (length != 3 && (kind == Kind.RANDOM || kind == Kind.WRONG)) {
          continue;
        }
        assertSame(run(opened, all.subList(0, 1), kind, plain, length), plain, kind + " alone");
        assertSame(run(opened, together, kind, plain, length), plain, kind + " together");
      }
    }
  }

  /** The rows that can begin with the first one. */
  private static List<Prepared> together(OpenedFolder opened, List<Prepared> all) {
    Object key = opened.model().batchKey(all.get(0).row);
    int count = 1;
    while (count < all.size() && opened.model().batchKey(all.get(count).row).equals(key)) {
      count++;
    }
    return all.subList(0, count);
  }

  private record Prepared(GenerationRequest request, GenerationOptions options, PromptRow row) {}

  private static List<List<ChosenToken>> run(
      OpenedFolder opened,
      List<Prepared> all,
      Kind kind,
      List<List<ChosenToken>> plain,
      int length) {
    LoadedModel model = opened.model();
    List<Search> searches = new ArrayList<>();
    List<PromptRow> rows = new ArrayList<>();
    for (int i = 0; i < all.size(); i++) {
      Prepared prepared = all.get(i);
      int[] ids = prepared.row.ids();
      int[] encoderIds = prepared.row.encoderIds() == null ? ids : prepared.row.encoderIds();
      Drafting drafting =
          kind == null
              ? null
              : new Drafting(
                  drafter(kind, plain.get(i), encoderIds, model.info().vocabularySize()),
                  DraftLength.fixed(length, kind == Kind.PATHS ? 3 : 1),
                  () -> 0);
      rows.add(prepared.row);
      searches.add(
          Searches.of(
              new SearchSetup(
                      prepared.request,
                      prepared.options,
                      new SearchPrompt(ids, encoderIds, Integer.MAX_VALUE),
                      model.info().vocabularySize(),
                      opened.tokenizer(),
                      11)
                  .with(drafting)));
    }
    boolean useCache = all.get(0).options.get(Option.USE_CACHE).orElse(true);
    try (RunControl control = new RunControl()) {
      DecodingState state = model.open(rows, new OpenOptions(false, useCache, false, 64), control);
      try (DecodingLoop loop =
          new DecodingLoop(
              state,
              searches,
              (search, failure) -> {
                throw new AssertionError(failure);
              })) {
        while (loop.step()) {
          // The next step.
        }
      }
    }
    for (Search search : searches) {
      if (kind == Kind.ITSELF) {
        search
            .speculation()
            .ifPresent(s -> assertThat(s.acceptedTokens()).isEqualTo(s.draftedTokens()));
      } else if (kind == Kind.WRONG) {
        search.speculation().ifPresent(s -> assertThat(s.acceptedTokens()).isZero());
      }
    }
    return searches.stream()
        .map(search -> search.results().get(0).tokens())
        .collect(Collectors.toList());
  }

  private static Drafter drafter(
      Kind kind, List<ChosenToken> plain, int[] encoderIds, int vocabulary) {
    Random random = new Random(3);
    return switch (kind) {
      case LOOKUP -> new PromptLookup(2, encoderIds, false);
      case PATHS -> new PromptLookup(2, encoderIds, true);
      case RANDOM -> guessing(tokens -> random.nextInt(vocabulary));
      case ITSELF -> guessing(index -> index < plain.size() ? plain.get(index).id() : -1);
      case WRONG ->
          guessing(index -> index < plain.size() ? (plain.get(index).id() + 1) % vocabulary : -1);
    };
  }

  private interface Guess {
    int at(int index);
  }

  private static Drafter guessing(Guess guess) {
    return new Drafter() {
      @Override
      public void draft(DraftRows rows) {
        for (int row = 0; row < rows.size(); row++) {
          TokenSequence sequence = rows.sequence(row);
          int index = sequence.generatedLength();
          while (rows.room(row) > 0 && guess.at(index) >= 0) {
            rows.propose(row, guess.at(index++));
          }
        }
      }

      @Override
      public void close() {}
    };
  }

  private static void assertSame(
      List<List<ChosenToken>> actual, List<List<ChosenToken>> expected, String what) {
    for (int row = 0; row < actual.size(); row++) {
      List<ChosenToken> tokens = actual.get(row);
      List<ChosenToken> others = expected.get(row);
      for (int i = 0; i < others.size(); i++) {
        if (i >= tokens.size() || tokens.get(i).id() != others.get(i).id()) {
          double gap = gap(others.get(i));
          assertThat(gap).as("%s, row %d, token %d", what, row, i).isLessThan(NEARLY_EQUAL);
          System.out.printf("%s, row %d, token %d: gap of %g%n", what, row, i, gap);
          break;
        }
        assertThat(tokens.get(i).logProbability())
            .as("%s, row %d, token %d", what, row, i)
            .isCloseTo(
                others.get(i).logProbability(), org.assertj.core.api.Assertions.within(1e-3));
      }
    }
  }

  private static double gap(ChosenToken token) {
    List<TopToken> top = token.top();
    return top.get(0).logProbability() - top.get(1).logProbability();
  }
}
