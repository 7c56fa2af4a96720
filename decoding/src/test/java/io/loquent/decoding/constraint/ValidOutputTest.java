package io.loquent.decoding.constraint;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.JsonSchema;
import io.loquent.InvalidRequestException;
import io.loquent.OutputConstraint;
import io.loquent.internal.json.Json;
import io.loquent.internal.json.JsonException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Whatever a model prefers, what comes out is valid. */
class ValidOutputTest {

  private static final int OUTPUTS = 10_000;
  private static final int PER_SCHEMA = 20;

  /** From here on what closes something is preferred, so that texts end. */
  private static final int LONG = 40;

  private final WordList words = WordList.forJson();
  private final TokenConstraint.Vocabulary vocabulary =
      TokenConstraint.Vocabulary.of(words, words.size());
  private final List<Integer> closers = closers(words);
  private final Random random = new Random(5);

  @Test
  void random_choices_under_random_schemas_are_valid() {
    RandomSchemas schemas = new RandomSchemas(3);
    int outputs = 0;
    int contradictions = 0;
    for (int drawn = 0; outputs < OUTPUTS; drawn++) {
      Map<String, Object> schema = schemas.next();
      OutputConstraint.JsonSchema constraint = OutputConstraint.jsonSchema(schema);
      TokenConstraint ready;
      try {
        ready =
            TokenConstraint.of(
                drawn % 2 == 0 ? constraint : constraint.withoutSpaces(), vocabulary);
      } catch (InvalidRequestException e) {
        assertThat(e).hasMessageContaining("matches no text");
        contradictions++;
        continue;
      }
      JsonSchema validator = Documents.validator(Json.write(schema));
      for (int i = 0; i < PER_SCHEMA; i++, outputs++) {
        check(draw(ready), schema, validator);
      }
    }
    assertThat(contradictions).isLessThan(outputs / PER_SCHEMA / 5);
  }

  private static void check(String output, Map<String, Object> schema, JsonSchema validator) {
    try {
      Json.parse(output);
    } catch (JsonException e) {
      // The only thing that a grammar cannot see is a name that comes twice.
      assertThat(e).as(output).hasMessageContaining("is there twice");
    }
    assertThat(Documents.problems(validator, output))
        .as("%s under %s", output, Json.write(schema))
        .isEmpty();
  }

  private String draw(TokenConstraint ready) {
    List<Integer> ids = new ArrayList<>();
    ConstraintState state = ready.start();
    boolean ended = false;
    while (!state.isComplete() && !ended) {
      TokenMask mask = ready.mask(state);
      ended = state.isAccepting() && (ids.size() > LONG || random.nextInt(4) == 0);
      if (!ended) {
        int token = ids.size() > LONG ? closing(mask) : any(mask);
        ids.add(token);
        state = ready.next(state, token);
      }
      if (ids.size() > 3000) {
        throw new AssertionError("a text has no end: " + words.text(ids));
      }
    }
    return words.text(ids);
  }

  private int any(TokenMask mask) {
    int[] ids = mask.ids();
    return ids[random.nextInt(ids.length)];
  }

  private int closing(TokenMask mask) {
    List<Integer> possible = new ArrayList<>();
    closers.stream().filter(mask::contains).forEach(possible::add);
    return (possible.isEmpty() || random.nextInt(5) == 0)
        ? any(mask)
        : possible.get(random.nextInt(possible.size()));
  }

  /** Tokens that end something, those that end most of all several times. */
  private static List<Integer> closers(WordList words) {
    List<Integer> ids = new ArrayList<>();
    for (char text : "\"\"\"\"}}]]0t@\\,:".toCharArray()) {
      for (int id = 0; id < words.end(); id++) {
        if (words.text(List.of(id)).equals(String.valueOf(text))) {
          ids.add(id);
        }
      }
    }
    return ids;
  }
}
