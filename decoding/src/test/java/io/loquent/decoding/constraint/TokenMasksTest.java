package io.loquent.decoding.constraint;

import static org.assertj.core.api.Assertions.assertThat;

import io.loquent.OutputConstraint;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TokenMasksTest {

  private static final String CHARACTERS = "{}[]\":,ab01.- \n\\";

  private static final List<OutputConstraint> CONSTRAINTS =
      List.of(
          OutputConstraint.regex("(a|b){2,4}(01|10)*"),
          OutputConstraint.choice("ab", "aab", "a:b", "ab01", "{}"),
          OutputConstraint.json(),
          OutputConstraint.json().withoutSpaces(),
          OutputConstraint.jsonSchema(
              """
              {"type": "object", "properties": {"a": {"type": "array", "items": {"$ref": "#"}},
               "b": {"type": "integer", "maximum": 110}, "ab": {"type": "string", "maxLength": 3}},
               "required": ["b"], "additionalProperties": false}
              """),
          OutputConstraint.regex("[ab]{3,40}01{2,9}.{7}(a|01){0,30}"),
          OutputConstraint.grammar("root ::= \"[\" root? (\",\" root)* \"]\" | [ab]+"));

  @Test
  void a_token_is_possible_exactly_if_its_bytes_are() {
    Random random = new Random(1);
    int masks = 0;
    for (OutputConstraint constraint : CONSTRAINTS) {
      WordList words = WordList.random(random, CHARACTERS, 300, 5);
      TokenConstraint ready = words.constrain(constraint);
      for (int text = 0; text < 40; text++) {
        ConstraintState state = ready.start();
        for (int length = 0; length < 25 && !state.isComplete(); length++) {
          TokenMask mask = ready.possible(state);
          assertThat(mask.ids()).containsExactly(bruteForce(ready, state, words));
          masks++;
          if (mask.count() == 0) {
            break; // The vocabulary is too small for what must come.
          }
          state = ready.next(state, mask.ids()[random.nextInt(mask.count())]);
        }
      }
    }
    assertThat(masks).isGreaterThan(1000);
  }

  private static int[] bruteForce(TokenConstraint ready, ConstraintState state, WordList words) {
    List<Integer> ids = new ArrayList<>();
    for (int id = 0; id < words.end(); id++) {
      if (!ready.next(state, id).isDead()) {
        ids.add(id);
      }
    }
    return ids.stream().mapToInt(Integer::intValue).toArray();
  }

  @Test
  void where_one_text_can_come_the_longest_token_that_spells_it_is_the_only_one() {
    WordList words = new WordList("t", "tr", "true", "rue", "{", "\"", "a", "\"a", "\":", ":", "}");
    TokenConstraint ready =
        words.constrain(
            OutputConstraint.jsonSchema(
                    """
                    {"type": "object", "properties": {"a": {"const": true}}, "required": ["a"],
                     "additionalProperties": false}
                    """)
                .withoutSpaces());
    List<Integer> ids = new ArrayList<>();
    ConstraintState state = ready.start();
    while (!state.isComplete()) {
      int token = ready.forcedToken(state);
      assertThat(ready.mask(state).ids()).containsExactly(token);
      ids.add(token);
      state = ready.next(state, token);
    }

    assertThat(ids).containsExactly(4, 7, 8, 2, 10);
  }

  @Test
  void a_token_that_may_go_on_behind_what_must_come_is_left_to_the_model() {
    WordList words = new WordList("a", "ab", "abc", "b", "c", "d");
    TokenConstraint ready = words.constrain(OutputConstraint.regex("ab[cd]"));

    assertThat(ready.forcedToken(ready.start())).isEqualTo(-1);
    assertThat(ready.mask(ready.start()).ids()).containsExactly(0, 1, 2);
  }

  @Test
  void a_first_token_may_be_written_differently() {
    TokenBytes words =
        new TokenBytes() {
          @Override
          public int size() {
            return 3;
          }

          @Override
          public byte[] bytes(int id, boolean first) {
            String text = (first ? "" : " ") + (id == 0 ? "a" : "b");
            return id == 2 ? null : text.getBytes(StandardCharsets.UTF_8);
          }
        };
    TokenConstraint ready =
        TokenConstraint.of(
            OutputConstraint.regex("[ab]( a)*"), TokenConstraint.Vocabulary.of(words, 3));
    ConstraintState begun = ready.next(ready.start(), 1);

    assertThat(ready.possible(ready.start()).ids()).containsExactly(0, 1);
    assertThat(begun.isAccepting()).isTrue();
    assertThat(ready.possible(begun).ids()).containsExactly(0);
    assertThat(ready.next(begun, 2)).isSameAs(begun);
  }

  @Test
  void masks_are_applied_to_scores_of_any_size() {
    for (int size : new int[] {5, 64, 200, 1000}) {
      String[] texts = new String[size - 1];
      for (int id = 0; id < texts.length; id++) {
        texts[id] = (id % 3 == 0 ? "a" : "b") + id;
      }
      WordList words = new WordList(texts);
      TokenConstraint ready = words.constrain(OutputConstraint.regex("a[0-9]+"));
      float[] scores = new float[size];
      java.util.Arrays.fill(scores, 1);

      ready.possible(ready.start()).applyTo(scores);

      for (int id = 0; id < size; id++) {
        boolean possible = id < texts.length && id % 3 == 0;
        assertThat(scores[id]).isEqualTo(possible ? 1 : Float.NEGATIVE_INFINITY);
        assertThat(ready.possible(ready.start()).contains(id)).isEqualTo(possible);
      }
    }
  }
}
