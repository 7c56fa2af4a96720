package io.loquent.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.loquent.GenerationOptions;
import io.loquent.GenerationRequest;
import io.loquent.GenerationResult;
import io.loquent.Generator;
import io.loquent.InvalidRequestException;
import io.loquent.ModelConfig;
import io.loquent.Option;
import io.loquent.Speculation;
import io.loquent.Token;
import io.loquent.TokenStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Prompt lookup as an application sees it. */
final class PromptLookupTest {

  /** Without training these models soon repeat themselves, which a lookup finds. */
  private static final int[] PROMPT = {5, 6, 7, 5, 6, 7, 5, 6};

  private static GenerationRequest request(Consumer<GenerationOptions.Builder> options) {
    return GenerationRequest.tokens(PROMPT)
        .options(o -> o.maxNewTokens(60).off(Option.EOS_TOKEN_ID))
        .options(options)
        .build();
  }

  private static GenerationRequest plain() {
    return request(o -> {});
  }

  private static GenerationRequest lookup() {
    return request(o -> o.set(Option.PROMPT_LOOKUP_NUM_TOKENS, 8));
  }

  @Test
  void a_request_with_it_gives_the_same_in_fewer_runs_and_says_how() {
    for (String fixture : List.of("gpt2-tiny", "llama-tiny-gqa", "gpt2-tiny-nocache")) {
      try (Generator generator = Generator.open(Goldens.config(fixture).build())) {
        GenerationResult expected = generator.generate(plain());
        GenerationResult actual = generator.generate(lookup());
        assertThat(actual.best().ids()).isEqualTo(expected.best().ids());
        assertThat(expected.speculation()).isEmpty();
        Speculation speculation = actual.speculation().orElseThrow();
        assertThat(speculation.exact()).isTrue();
        assertThat(speculation.acceptedTokens()).isPositive();
        assertThat(actual.usage().modelRuns() + speculation.modelRunsSaved())
            .isEqualTo(expected.usage().modelRuns());
        assertThat(speculation.acceptedTokens()).isEqualTo(speculation.modelRunsSaved());
      }
    }
  }

  @Test
  void a_stream_and_a_listener_get_every_token() {
    try (Generator generator = Generator.open(Goldens.config("gpt2-tiny").build())) {
      List<Integer> expected = ids(generator.generate(plain()).best().tokens());
      List<Token> heard = new ArrayList<>();
      generator.generate(lookup(), heard::add);
      assertThat(ids(heard)).isEqualTo(expected);
      List<Token> streamed = new ArrayList<>();
      try (TokenStream stream = generator.stream(lookup())) {
        stream.forEach(streamed::add);
      }
      assertThat(ids(streamed)).isEqualTo(expected);
    }
  }

  private static List<Integer> ids(List<Token> tokens) {
    List<Integer> ids = new ArrayList<>();
    tokens.forEach(token -> ids.add(token.id()));
    return ids;
  }

  @Test
  void a_line_of_the_configuration_turns_it_on_and_a_request_off(@TempDir Path folder) {
    String model = Goldens.folder("gpt2-tiny").toAbsolutePath().toString().replace('\\', '/');
    Path file =
        Folders.write(
            folder, "loquent.properties", "model=" + model + "\ndraft.prompt_lookup=true\n");
    try (Generator generator = Generator.open(ModelConfig.load(file))) {
      assertThat(generator.generate(plain()).speculation()).isPresent();
      GenerationRequest off = request(o -> o.set(Option.PROMPT_LOOKUP, false));
      assertThat(generator.generate(off).speculation()).isEmpty();
      assertThatThrownBy(() -> generator.generate(request(o -> o.numBeams(2))))
          .isInstanceOf(InvalidRequestException.class)
          .hasMessageContaining("switch drafting off");
      GenerationRequest beams = request(o -> o.numBeams(2).set(Option.PROMPT_LOOKUP, false));
      assertThat(generator.generate(beams).speculation()).isEmpty();
    }
  }

  @Test
  void requests_with_and_without_it_share_a_running_batch() {
    for (String fixture : List.of("gpt2-tiny", "gpt2-tiny-merged", "llama-tiny-gqa")) {
      for (boolean additions : new boolean[] {true, false}) {
        ModelConfig.Builder config = Goldens.config(fixture).graphAdditions(additions);
        List<GenerationRequest> requests = new ArrayList<>();
        List<GenerationRequest> alone = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
          int[] prompt = java.util.Arrays.copyOf(PROMPT, 2 + i % 7);
          int most = 10 + 9 * i;
          boolean with = i % 3 != 0;
          alone.add(GenerationRequest.tokens(prompt).options(o -> o.maxNewTokens(most)).build());
          requests.add(
              GenerationRequest.tokens(prompt)
                  .options(o -> o.maxNewTokens(most).set(Option.PROMPT_LOOKUP, with))
                  .build());
        }
        try (Generator generator = Generator.open(config.batchSize(3).build())) {
          List<GenerationResult> results = generator.generateAll(requests);
          for (int i = 0; i < requests.size(); i++) {
            assertThat(results.get(i).best().ids())
                .as("%s, request %d", fixture, i)
                .isEqualTo(generator.generate(alone.get(i)).best().ids());
          }
        }
      }
    }
  }

  @Test
  void lengths_that_make_no_sense_are_refused() {
    for (Object length : new Object[] {0, -3, 1.5}) {
      assertThatThrownBy(() -> Option.PROMPT_LOOKUP_NUM_TOKENS.parse(length))
          .isInstanceOf(InvalidRequestException.class)
          .hasMessageContaining("prompt_lookup_num_tokens")
          .hasMessageContaining("from 1");
    }
  }

  @Test
  void options_of_a_drafter_that_is_not_there_are_refused() {
    Map<String, Object> idle =
        Map.of(
            "max_matching_ngram_size", 2,
            "num_assistant_tokens", 3,
            "assistant_confidence_threshold", 0.4);
    try (Generator generator = Generator.open(Goldens.config("gpt2-tiny").build())) {
      idle.forEach(
          (name, value) ->
              assertThatThrownBy(
                      () ->
                          generator.generate(
                              GenerationRequest.tokens(11, 7)
                                  .options(GenerationOptions.fromMap(Map.of(name, value)))
                                  .build()))
                  .isInstanceOf(InvalidRequestException.class)
                  .hasMessageContaining(name + " is set, but does nothing without"));
    }
  }

  @Test
  void a_graph_that_quantizes_activations_promises_nothing() {
    try (Generator generator =
        Generator.open(Goldens.config("gpt2-tiny-hub").precision("q8").build())) {
      assertThat(generator.generate(lookup()).speculation().orElseThrow().exact()).isFalse();
    }
  }
}
