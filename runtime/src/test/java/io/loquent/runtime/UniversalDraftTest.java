package io.loquent.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.loquent.Candidate;
import io.loquent.GenerationOptions;
import io.loquent.GenerationRequest;
import io.loquent.GenerationResult;
import io.loquent.Generator;
import io.loquent.ModelConfig;
import io.loquent.Option;
import io.loquent.Speculation;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A draft model with another tokenizer, as an application sees it. */
final class UniversalDraftTest {

  private static final String PROMPT = "ROMEO:\nWhat says the caf\u00e9";

  private static Path folder(String name) {
    return name.startsWith("lm-") ? Folders.sample(name) : Goldens.folder(name);
  }

  private static Generator open(String name) {
    return Generator.open(ModelConfig.builder(folder(name)).build());
  }

  private static GenerationRequest request(Consumer<GenerationOptions.Builder> options) {
    return GenerationRequest.text(PROMPT)
        .options(o -> o.maxNewTokens(30).off(Option.EOS_TOKEN_ID))
        .options(options)
        .build();
  }

  /** Whatever a model's own defaults are. */
  private static void greedy(GenerationOptions.Builder options) {
    options.numBeams(1).set(Option.DO_SAMPLE, false);
  }

  private static Consumer<GenerationOptions.Builder> drafting(Path draft, int length) {
    return o -> o.assistantModel(draft).set(Option.NUM_ASSISTANT_TOKENS, length);
  }

  private static Consumer<GenerationOptions.Builder> sampling(int seed) {
    return o -> o.set(Option.DO_SAMPLE, true).seed(seed).numReturnSequences(3).temperature(0.7);
  }

  private static List<List<Integer>> ids(GenerationResult result) {
    List<List<Integer>> ids = new ArrayList<>();
    for (Candidate candidate : result.candidates()) {
      List<Integer> row = new ArrayList<>();
      candidate.tokens().forEach(token -> row.add(token.id()));
      ids.add(row);
    }
    return ids;
  }

  private static Speculation speculation(GenerationResult result) {
    return result.speculation().orElseThrow();
  }

  @ParameterizedTest
  @CsvSource({
    "gpt2-tiny, llama-tiny",
    "llama-tiny, gpt2-tiny",
    "lm-shakespeare, gpt2-tiny",
    "lm-shakespeare-draft, llama-tiny",
    "gpt2-tiny, lm-shakespeare-draft",
    "t5-tiny, bart-tiny",
    "bart-tiny, t5-tiny"
  })
  void whatever_the_tokenizer_of_the_draft_model_is_results_are_the_same(
      String target, String draft) {
    try (Generator generator = open(target)) {
      GenerationResult plain = generator.generate(request(UniversalDraftTest::greedy));
      for (int length : new int[] {1, 3, 8}) {
        Consumer<GenerationOptions.Builder> drafting = drafting(folder(draft), length);
        GenerationResult greedy =
            generator.generate(request(drafting.andThen(UniversalDraftTest::greedy)));
        assertThat(ids(greedy)).isEqualTo(ids(plain));
        assertThat(speculation(greedy).draftedTokens()).isPositive();
        for (int seed = 0; seed < 3; seed++) {
          GenerationResult sampled = generator.generate(request(sampling(seed).andThen(drafting)));
          assertThat(ids(sampled)).isEqualTo(ids(generator.generate(request(sampling(seed)))));
          assertThat(speculation(sampled).draftedTokens()).isPositive();
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 8})
  void a_model_with_its_vocabulary_in_another_order_guesses_nearly_all(
      int length, @TempDir Path folder) {
    Path draft = PermutedModel.of("gpt2-tiny", folder);
    try (Generator generator = open("gpt2-tiny")) {
      Consumer<GenerationOptions.Builder> drafting = drafting(draft, length);
      GenerationResult greedy = generator.generate(request(drafting));
      assertThat(ids(greedy)).isEqualTo(ids(generator.generate(request(o -> {}))));
      assertThat(speculation(greedy).acceptance()).isGreaterThan(0.95);
      for (int seed = 0; seed < 5; seed++) {
        GenerationResult sampled = generator.generate(request(sampling(seed).andThen(drafting)));
        assertThat(ids(sampled)).isEqualTo(ids(generator.generate(request(sampling(seed)))));
        assertThat(speculation(sampled).acceptance()).isGreaterThan(0.95);
      }
      GenerationResult unseeded =
          generator.generate(request(drafting.andThen(o -> o.set(Option.DO_SAMPLE, true))));
      assertThat(speculation(unseeded).acceptance()).isGreaterThan(0.95);
    }
  }

  @Test
  void processors_see_the_tokens_of_the_model_itself(@TempDir Path folder) {
    Path draft = PermutedModel.of("gpt2-tiny", folder);
    Consumer<GenerationOptions.Builder> rules =
        o -> o.repetitionPenalty(1.3).noRepeatNgramSize(2).set(Option.SUPPRESS_TOKENS, List.of(7));
    try (Generator generator = open("gpt2-tiny")) {
      GenerationResult result = generator.generate(request(rules.andThen(drafting(draft, 4))));
      assertThat(ids(result)).isEqualTo(ids(generator.generate(request(rules))));
      assertThat(speculation(result).acceptance()).isGreaterThan(0.95);
    }
  }

  @Test
  void a_token_that_the_draft_model_lacks_is_no_obstacle() {
    try (Generator generator = open("gpt2-tiny")) {
      for (String draft : List.of("llama-tiny", "lm-shakespeare-draft")) {
        GenerationResult result = generator.generate(onlyLast(drafting(folder(draft), 3)));
        assertThat(ids(result)).isEqualTo(ids(generator.generate(onlyLast(o -> {}))));
      }
    }
  }

  /** Allows three tokens. */
  private static GenerationRequest onlyLast(Consumer<GenerationOptions.Builder> options) {
    return GenerationRequest.text(PROMPT)
        .options(o -> o.maxNewTokens(30).off(Option.EOS_TOKEN_ID))
        .options(options)
        .prefixAllowedTokens(tokens -> List.of(509, 510, 511))
        .build();
  }

  @Test
  void no_guess_reaches_beyond_the_context_of_the_draft_model(@TempDir Path folder) {
    Path draft = PermutedModel.of("gpt2-tiny", folder);
    String config = Folders.text(draft.resolve("config.json"));
    try (Generator generator = open("gpt2-tiny")) {
      GenerationResult plain = generator.generate(request(o -> {}));
      for (int context : new int[] {4, 40}) {
        Path small = folder.resolve("context" + context);
        copy(draft, small);
        Folders.write(
            small,
            "config.json",
            config.replaceAll("\"n_positions\": *\\d+", "\"n_positions\": " + context));
        GenerationResult result = generator.generate(request(drafting(small, 3)));
        assertThat(ids(result)).isEqualTo(ids(plain));
        assertThat(speculation(result).draftedTokens()).isLessThan(context);
      }
    }
  }

  @Test
  void a_batch_drafts_for_each_of_its_requests(@TempDir Path folder) {
    for (Path draft : List.of(PermutedModel.of("gpt2-tiny", folder), folder("llama-tiny"))) {
      try (Generator generator = open("gpt2-tiny")) {
        List<GenerationRequest> plain = new ArrayList<>();
        List<GenerationRequest> drafting = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
          String prompt = PROMPT.substring(0, 3 + 5 * i);
          int most = 12 + 5 * i;
          plain.add(GenerationRequest.text(prompt).options(o -> o.maxNewTokens(most)).build());
          drafting.add(
              GenerationRequest.text(prompt)
                  .options(o -> o.maxNewTokens(most))
                  .options(drafting(draft, 3))
                  .build());
        }
        List<GenerationResult> results = generator.generateAll(drafting);
        for (int i = 0; i < 4; i++) {
          assertThat(ids(results.get(i))).isEqualTo(ids(generator.generate(plain.get(i))));
        }
      }
    }
  }

  private static void copy(Path from, Path to) {
    for (String name :
        List.of(
            "model.onnx", "tokenizer.json", "tokenizer_config.json", "generation_config.json")) {
      if (Files.exists(from.resolve(name))) {
        Folders.write(to, name, Folders.read(from.resolve(name)));
      }
    }
  }
}
