package io.loquent.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.loquent.Candidate;
import io.loquent.FinishReason;
import io.loquent.GenerationOptions;
import io.loquent.GenerationRequest;
import io.loquent.GenerationResult;
import io.loquent.Generator;
import io.loquent.InvalidRequestException;
import io.loquent.Option;
import io.loquent.OutputConstraint;
import io.loquent.Token;
import io.loquent.TokenStream;
import io.loquent.internal.json.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What a model writes is what the request asks for, whatever the model would rather write. */
@ExtendWith(NothingLeaks.class)
final class ConstrainedOutputTest {

  private static final Map<String, Generator> OPEN = new LinkedHashMap<>();

  record City(String name, int inhabitants, List<Boolean> flags) {}

  @BeforeAll
  static void open() {
    for (String fixture : List.of("gpt2-tiny", "llama-tiny", "bart-tiny", "t5-tiny")) {
      OPEN.put(fixture, Generator.open(Goldens.config(fixture).build()));
    }
  }

  @AfterAll
  static void close() {
    OPEN.values().forEach(Generator::close);
    OPEN.clear();
  }

  private static GenerationRequest request(
      long seed, OutputConstraint constraint, Consumer<GenerationOptions.Builder> edit) {
    int[] prompt = new Random(seed).ints(4, 10, 180).toArray();
    return GenerationRequest.tokens(prompt)
        .options(
            o -> {
              o.maxNewTokens(60)
                  .set(Option.MIN_LENGTH, 0)
                  .off(Option.FORCED_EOS_TOKEN_ID)
                  .constraint(constraint);
              edit.accept(o);
            })
        .build();
  }

  private static void assertWrites(GenerationResult result, String pattern) {
    for (Candidate candidate : result.candidates()) {
      assertThat(candidate.text()).matches(pattern);
      assertThat(candidate.finishReason())
          .isIn(FinishReason.CONSTRAINT_COMPLETE, FinishReason.END_OF_SEQUENCE);
    }
  }

  @Test
  void every_vocabulary_writes_what_is_asked_for() {
    OPEN.forEach(
        (fixture, generator) -> {
          for (int seed = 0; seed < 5; seed++) {
            OutputConstraint choice = OutputConstraint.choice("the sea", "a shore", "walked on");
            long drawn = seed;
            assertWrites(
                generator.generate(request(seed, choice, o -> o.set(Option.NUM_BEAMS, 1))),
                "the sea|a shore|walked on");
            assertWrites(
                generator.generate(
                    request(
                        seed,
                        choice,
                        o -> o.set(Option.NUM_BEAMS, 3).set(Option.NUM_RETURN_SEQUENCES, 3))),
                "the sea|a shore|walked on");
            assertWrites(
                generator.generate(
                    request(
                        seed,
                        OutputConstraint.regex("[a-z]{3,6}( [a-z]{2,4}){1,3}"),
                        o ->
                            o.set(Option.DO_SAMPLE, true)
                                .set(Option.SEED, drawn)
                                .set(Option.NUM_BEAMS, 1))),
                "[a-z]{3,6}( [a-z]{2,4}){1,3}");
          }
        });
  }

  @Test
  void json_is_read_as_a_record() {
    for (String fixture : List.of("gpt2-tiny", "llama-tiny")) {
      GenerationRequest request =
          request(
              3,
              OutputConstraint.jsonSchema(
                      """
                      {"type": "object", "properties": {
                        "name": {"type": "string", "pattern": "^[a-z]{2,5}$"},
                        "inhabitants": {"type": "integer", "minimum": 10, "maximum": 99},
                        "flags": {"type": "array", "items": {"type": "boolean"}, "maxItems": 2}},
                       "required": ["name", "inhabitants", "flags"],
                       "additionalProperties": false}
                      """)
                  .withoutSpaces(),
              o -> o.set(Option.NUM_BEAMS, 1));

      GenerationResult result = OPEN.get(fixture).generate(request);
      City city = result.json(City.class);

      assertThat(city.name()).matches("[a-z]{2,5}");
      assertThat(city.inhabitants()).isBetween(10, 99);
      assertThat(result.speculation().orElseThrow().modelRunsSaved()).isPositive();
      assertThat(result.usage().modelRuns()).isLessThan(result.usage().generatedTokens());
    }
  }

  @Test
  void any_json_that_ends_is_json() {
    for (int seed = 0; seed < 20; seed++) {
      long drawn = seed;
      GenerationRequest request =
          request(
              seed,
              OutputConstraint.json(),
              o -> o.set(Option.DO_SAMPLE, true).set(Option.SEED, drawn));
      Candidate best = OPEN.get("gpt2-tiny").generate(request).best();

      if (best.finishReason() != FinishReason.MAX_TOKENS) {
        assertThat(Json.write(Json.parse(best.text()))).isNotEmpty();
      }
    }
  }

  @Test
  void a_stream_and_a_batch_give_what_a_call_gives() {
    Generator generator = OPEN.get("gpt2-tiny");
    List<GenerationRequest> requests = new ArrayList<>();
    for (int seed = 0; seed < 6; seed++) {
      OutputConstraint constraint =
          seed % 2 == 0
              ? OutputConstraint.regex("[a-zé ]{4,12}!")
              : OutputConstraint.choice("one answer", "another");
      requests.add(request(seed, constraint, o -> o.set(Option.NUM_BEAMS, 1)));
    }
    List<GenerationResult> batch = generator.generateAll(requests);
    for (int i = 0; i < requests.size(); i++) {
      String alone = generator.generate(requests.get(i)).text();
      StringBuilder streamed = new StringBuilder();
      try (TokenStream stream = generator.stream(requests.get(i))) {
        for (Token token : stream) {
          streamed.append(token.text());
        }
      }

      assertThat(batch.get(i).text()).isEqualTo(alone);
      assertThat(streamed.toString()).isEqualTo(alone);
    }
  }

  @Test
  void the_option_may_come_from_a_map() {
    GenerationRequest request =
        GenerationRequest.tokens(20, 30)
            .options(
                GenerationOptions.fromMap(
                    Map.of("constraint", Map.of("regex", "(ab)+c"), "max_new_tokens", 30)))
            .build();

    assertThat(OPEN.get("llama-tiny").generate(request).text()).matches("(ab)+c?|(ab)*a");
  }

  @Test
  void what_is_not_supported_is_refused_before_anything_runs() {
    GenerationRequest request =
        request(1, OutputConstraint.jsonSchema("{\"if\": true}"), o -> o.set(Option.NUM_BEAMS, 1));

    assertThatThrownBy(() -> OPEN.get("gpt2-tiny").generate(request))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("\"if\"");
    try (Generator marian = Generator.open(Goldens.config("marian-tiny").build())) {
      assertThatThrownBy(
              () ->
                  marian.generate(
                      request(1, OutputConstraint.choice("a"), o -> o.set(Option.NUM_BEAMS, 1))))
          .isInstanceOf(InvalidRequestException.class)
          .hasMessageContaining("tokenizer");
    }
  }
}
