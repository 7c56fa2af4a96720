package io.loquent.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.loquent.GenerationRequest;
import io.loquent.GenerationResult;
import io.loquent.ModelConfig;
import io.loquent.Option;
import io.loquent.Session;
import io.loquent.Token;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Prompts that begin alike run their beginning once. */
@ExtendWith(NothingLeaks.class)
final class PrefixCacheTest {

  private static final int SHARED = 12;

  private static GenerationRequest request(int... ends) {
    IntStream beginning = IntStream.range(5, 5 + SHARED);
    return GenerationRequest.tokens(IntStream.concat(beginning, IntStream.of(ends)).toArray())
        .options(o -> o.maxNewTokens(4).set(Option.EOS_TOKEN_ID, List.of(100_000)))
        .build();
  }

  private static List<Integer> ids(GenerationResult result) {
    List<Integer> ids = new ArrayList<>();
    for (Token token : result.candidates().get(0).tokens()) {
      ids.add(token.id());
    }
    return ids;
  }

  private static ModelConfig.Builder config(String fixture) {
    return Goldens.config(fixture).promptCacheBytes(4 << 20);
  }

  @ParameterizedTest
  @CsvSource({"gpt2-tiny, false", "llama-tiny-gqa, false", "llama-tiny-gqa, true"})
  void later_requests_run_only_what_is_new(String fixture, boolean continuousBatching) {
    try (OnnxGenerator plain = OnnxGenerator.open(Goldens.config(fixture).build());
        OnnxGenerator caching =
            OnnxGenerator.open(config(fixture).continuousBatching(continuousBatching).build())) {
      for (int end = 60; end < 66; end++) {
        GenerationResult result = caching.generate(request(end, 7, end));
        assertThat(result.usage().cachedPromptTokens()).isEqualTo(end == 60 ? 0 : SHARED);
        assertThat(ids(result)).isEqualTo(ids(plain.generate(request(end, 7, end))));
      }
    }
  }

  @Test
  void a_session_begins_with_what_others_left() {
    try (OnnxGenerator generator = OnnxGenerator.open(config("gpt2-tiny").build())) {
      generator.generate(request(60));
      try (Session session = generator.session()) {
        assertThat(session.generate(request(61)).usage().cachedPromptTokens()).isEqualTo(SHARED);
        assertThat(session.generate(request(61, 9)).usage().cachedPromptTokens())
            .isEqualTo(SHARED + 1);
      }
    }
  }

  @Test
  void concurrent_requests_all_begin_with_the_same_copy() {
    try (OnnxGenerator plain = OnnxGenerator.open(Goldens.config("gpt2-tiny").build());
        OnnxGenerator caching = OnnxGenerator.open(config("gpt2-tiny").build())) {
      caching.generate(request(60));
      List<CompletableFuture<GenerationResult>> running = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        int end = 61 + i;
        running.add(CompletableFuture.supplyAsync(() -> caching.generate(request(end))));
      }
      for (int i = 0; i < 8; i++) {
        assertThat(ids(running.get(i).join())).isEqualTo(ids(plain.generate(request(61 + i))));
      }
    }
  }

  @Test
  void batches_of_several_rows_run_everything() {
    try (OnnxGenerator plain = OnnxGenerator.open(Goldens.config("gpt2-tiny").build());
        OnnxGenerator caching = OnnxGenerator.open(config("gpt2-tiny").build())) {
      caching.generate(request(60));
      List<GenerationRequest> requests = List.of(request(61), request(62, 63), request(64));
      List<GenerationResult> results = caching.generateAll(requests);
      for (int i = 0; i < requests.size(); i++) {
        assertThat(ids(results.get(i))).isEqualTo(ids(plain.generate(requests.get(i))));
      }
    }
  }

  @Test
  void no_more_is_kept_than_allowed_and_nothing_after_closing() {
    OnnxGenerator generator =
        OnnxGenerator.open(Goldens.config("gpt2-tiny").promptCacheBytes(70_000).build());
    try (generator) {
      for (int end = 60; end < 70; end++) {
        int start = end;
        int[] prompt = IntStream.range(0, SHARED).map(i -> (start * 7 + i) % 100 + 5).toArray();
        generator.generate(
            GenerationRequest.tokens(prompt).options(o -> o.maxNewTokens(2)).build());
        assertThat(generator.rememberedBytes()).isBetween(1L, 70_000L);
      }
    }
    assertThat(generator.rememberedBytes()).isZero();
    assertThat(generator.lentBuffers()).isZero();
  }
}
