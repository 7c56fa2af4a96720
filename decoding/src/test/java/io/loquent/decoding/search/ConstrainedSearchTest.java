package io.loquent.decoding.search;

import static io.loquent.decoding.Runs.ids;
import static io.loquent.decoding.Runs.loop;
import static io.loquent.decoding.Runs.run;
import static io.loquent.decoding.Runs.setup;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.loquent.FinishReason;
import io.loquent.InvalidRequestException;
import io.loquent.OutputConstraint;
import io.loquent.decoding.DecodingLoop;
import io.loquent.decoding.DraftLength;
import io.loquent.decoding.Drafting;
import io.loquent.decoding.Hypothesis;
import io.loquent.decoding.ScriptedModel;
import io.loquent.decoding.Search;
import io.loquent.decoding.SearchSetup;
import io.loquent.decoding.constraint.ConstraintPaths;
import io.loquent.decoding.constraint.WordList;
import io.loquent.decoding.speculation.ConstrainedDrafter;
import io.loquent.decoding.speculation.PromptLookup;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConstrainedSearchTest {

  private static final int[] PROMPT = {3, 1};
  private static final WordList WORDS =
      new WordList("a", "b", "ab", "ba", "1", "2", "12", "-", "-1", "aa", "1-", "{", "}", "\"");
  private static final int SIZE = WORDS.size();
  private static final int END = WORDS.end();
  private static final String PATTERN = "(a|b){2,5}-(1|2){1,3}";

  private static SearchSetup constrained(OutputConstraint constraint, Object... options) {
    Object[] all = new Object[options.length + 4];
    all[0] = "max_new_tokens";
    all[1] = 40;
    all[2] = "eos_token_id";
    all[3] = END;
    System.arraycopy(options, 0, all, 4, options.length);
    return setup(SIZE, PROMPT, all).constrained(new ConstraintPaths(WORDS.constrain(constraint)));
  }

  private static SearchSetup jumping(SearchSetup setup, Drafting inner) {
    return setup.with(ConstrainedDrafter.drafting(setup.constraint(), inner, () -> 0));
  }

  private static void assertMatches(Hypothesis hypothesis) {
    assertThat(WORDS.text(ids(hypothesis))).matches(Pattern.compile(PATTERN));
    assertThat(hypothesis.finishReason())
        .isIn(FinishReason.END_OF_SEQUENCE, FinishReason.CONSTRAINT_COMPLETE);
  }

  @Test
  void every_search_writes_what_the_constraint_asks_for() {
    Object[][] searches = {
      {},
      {"do_sample", true, "num_return_sequences", 3, "seed", 5},
      {"num_beams", 4, "num_return_sequences", 4},
      {"num_beams", 4, "do_sample", true, "num_return_sequences", 2},
      {"num_beams", 4, "num_beam_groups", 2, "diversity_penalty", 0.5},
      {"repetition_penalty", 1.7},
      {"do_sample", true, "top_k", 2, "top_p", 0.5, "temperature", 2.0}
    };
    for (Object[] options : searches) {
      for (int seed = 0; seed < 30; seed++) {
        SearchSetup setup = constrained(OutputConstraint.regex(PATTERN), options);

        List<Hypothesis> results = run(ScriptedModel.hashed(seed, SIZE, 3), setup);

        results.forEach(ConstrainedSearchTest::assertMatches);
      }
    }
  }

  @Test
  void contrastive_search_writes_what_the_constraint_asks_for() {
    SearchSetup setup =
        constrained(OutputConstraint.regex(PATTERN), "penalty_alpha", 0.6, "top_k", 4);
    ScriptedModel model =
        ScriptedModel.withHidden(
            SIZE,
            ScriptedModel.hashed(1, SIZE, 3),
            2,
            tokens -> new float[] {tokens.size(), tokens.hashCode() % 7},
            PROMPT);

    assertMatches(run(model, setup).get(0));
  }

  @Test
  void a_text_that_nothing_may_follow_ends_without_an_end_token() {
    SearchSetup setup = constrained(OutputConstraint.choice("ab1", "ab2"), "min_new_tokens", 9);

    Hypothesis best = run(ScriptedModel.hashed(4, SIZE, 3), setup).get(0);

    assertThat(WORDS.text(ids(best))).isIn("ab1", "ab2");
    assertThat(ids(best)).doesNotContain(END);
    assertThat(best.finishReason()).isEqualTo(FinishReason.CONSTRAINT_COMPLETE);
  }

  @Test
  void an_end_token_comes_only_where_the_text_may_end() {
    ScriptedModel.Script wantsToEnd =
        tokens -> {
          float[] logits = new float[SIZE];
          logits[END] = 50;
          return logits;
        };

    Hypothesis best = run(wantsToEnd, constrained(OutputConstraint.regex("a{3}b*"))).get(0);

    assertThat(WORDS.text(ids(best))).isEqualTo("aaa");
    assertThat(best.finishReason()).isEqualTo(FinishReason.END_OF_SEQUENCE);
  }

  @Test
  void a_length_limit_leaves_a_beginning() {
    SearchSetup setup =
        setup(SIZE, PROMPT, "max_new_tokens", 2)
            .constrained(new ConstraintPaths(WORDS.constrain(OutputConstraint.regex("[ab]{9}"))));

    Hypothesis best = run(ScriptedModel.hashed(4, SIZE, 3), setup).get(0);

    assertThat(WORDS.text(ids(best))).matches("[ab]{2,4}");
    assertThat(best.finishReason()).isEqualTo(FinishReason.MAX_TOKENS);
  }

  @Test
  void a_forced_end_token_does_not_cut_a_text() {
    OutputConstraint letters = OutputConstraint.regex("[ab]{40,}");
    OutputConstraint any = OutputConstraint.regex("[ab]+");
    Object[] options = {"forced_eos_token_id", END, "max_new_tokens", 3};

    Hypothesis cut = run(ScriptedModel.hashed(4, SIZE, 3), constrained(letters, options)).get(0);
    Hypothesis ended = run(ScriptedModel.hashed(4, SIZE, 3), constrained(any, options)).get(0);

    assertThat(cut.finishReason()).isEqualTo(FinishReason.MAX_TOKENS);
    assertThat(ids(cut)).doesNotContain(END);
    assertThat(ended.finishReason()).isEqualTo(FinishReason.END_OF_SEQUENCE);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void forced_tokens_take_no_run_of_their_own_and_change_nothing(boolean samples) {
    OutputConstraint constraint = OutputConstraint.regex("[ab]-1-1-1\\{[ab]\\}-1-1\"");
    for (int seed = 0; seed < 20; seed++) {
      SearchSetup plain = constrained(constraint, "do_sample", samples, "seed", seed);
      ScriptedModel slow = ScriptedModel.of(SIZE, ScriptedModel.hashed(seed, SIZE, 3), PROMPT);
      ScriptedModel fast = ScriptedModel.of(SIZE, ScriptedModel.hashed(seed, SIZE, 3), PROMPT);

      List<Hypothesis> expected = run(slow, plain);
      List<Hypothesis> jumped = run(fast, jumping(plain, null));

      assertThat(jumped).isEqualTo(expected);
      assertThat(slow.runs).isGreaterThan(7);
      assertThat(fast.runs).isLessThanOrEqualTo(4);
    }
  }

  @Test
  void guesses_that_the_constraint_forbids_are_not_verified() {
    OutputConstraint constraint = OutputConstraint.regex("([ab]{2}-[12])*\\{");
    for (int seed = 0; seed < 20; seed++) {
      SearchSetup plain = constrained(constraint);
      Drafting lookup =
          new Drafting(new PromptLookup(2, new int[0], false), DraftLength.fixed(4), () -> 0);

      List<Hypothesis> expected = run(ScriptedModel.hashed(seed, SIZE, 1), plain);

      assertThat(run(ScriptedModel.hashed(seed, SIZE, 1), jumping(plain, lookup)))
          .isEqualTo(expected);
    }
  }

  @Test
  void a_request_in_a_batch_writes_what_it_writes_alone() {
    List<OutputConstraint> constraints =
        List.of(
            OutputConstraint.regex(PATTERN),
            OutputConstraint.choice("ab", "ba-1", "12"),
            OutputConstraint.regex("\\{a+\\}"));
    List<Search> searches = new ArrayList<>();
    constraints.forEach(
        constraint -> searches.add(Searches.of(jumping(constrained(constraint), null))));
    ScriptedModel model =
        ScriptedModel.of(SIZE, ScriptedModel.hashed(2, SIZE, 3), PROMPT, PROMPT, PROMPT);
    try (DecodingLoop loop = loop(model, searches)) {
      while (loop.step()) {
        // The next step.
      }
    }

    for (int i = 0; i < searches.size(); i++) {
      assertThat(searches.get(i).results())
          .isEqualTo(run(ScriptedModel.hashed(2, SIZE, 3), constrained(constraints.get(i))));
    }
  }

  @Test
  void where_no_token_is_left_the_error_says_why() {
    SearchSetup banned = constrained(OutputConstraint.choice("1"), "suppress_tokens", List.of(4));
    SearchSetup unspellable = constrained(OutputConstraint.regex("ab?x"));

    assertThatThrownBy(() -> run(ScriptedModel.hashed(1, SIZE, 3), banned))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("forbidden by other options");
    assertThatThrownBy(() -> run(ScriptedModel.hashed(1, SIZE, 3), unspellable))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("no token that spells")
        .hasMessageContaining("\"a");
  }

  @Test
  void what_is_no_text_does_not_count() {
    SearchSetup setup =
        setup(SIZE, new int[] {3}, "forced_bos_token_id", END, "max_new_tokens", 9)
            .constrained(new ConstraintPaths(WORDS.constrain(OutputConstraint.choice("ab", "ba"))));

    Hypothesis best = run(ScriptedModel.hashed(1, SIZE, 3), setup).get(0);

    assertThat(ids(best).get(0)).isEqualTo(END);
    assertThat(WORDS.text(ids(best))).isIn("ab", "ba");
  }
}
