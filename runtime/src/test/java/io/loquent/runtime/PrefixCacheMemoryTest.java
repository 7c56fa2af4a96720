package io.loquent.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.loquent.GenerationRequest;
import io.loquent.GenerationResult;
import io.loquent.InferenceException;
import io.loquent.ModelConfig;
import io.loquent.Option;
import io.loquent.Session;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is kept for later prompts gives way to requests that need the memory. */
@Timeout(120)
@ExtendWith(NothingLeaks.class)
final class PrefixCacheMemoryTest {

  /** In which memory is lent. */
  private static final int PAGE = 4096;

  private static final GenerationRequest LONG = request(1_000, 40, 40);

  /** A request whose prompt begins like no other one's. */
  private static GenerationRequest request(int seed, int promptLength, int newTokens) {
    return request(new Random(seed).ints(promptLength, 5, 100).toArray(), newTokens);
  }

  private static GenerationRequest request(int[] prompt, int newTokens) {
    return GenerationRequest.tokens(prompt)
        .options(o -> o.maxNewTokens(newTokens).set(Option.EOS_TOKEN_ID, List.of()))
        .build();
  }

  private static GenerationRequest shortRequest(int seed) {
    return request(seed, 12, 4);
  }

  /** One fixture keeps a cache that grows, the others one buffer for past and present. */
  private static ModelConfig.Builder limited(String fixture, long bytes) {
    return Goldens.config(fixture)
        .graphAdditions(!fixture.equals("gpt2-tiny"))
        .memoryLimitBytes(bytes);
  }

  private static ModelConfig.Builder keeping(String fixture, long bytes) {
    return limited(fixture, bytes).promptCacheBytes(8 << 20);
  }

  private static int[] ids(GenerationResult result) {
    return result.best().ids();
  }

  /** The lowest limit under which a request by itself comes through. */
  private static long leastFor(String fixture, GenerationRequest request) {
    int tooFew = 0;
    int enough = 1024;
    while (enough - tooFew > 1) {
      int middle = (tooFew + enough) / 2;
      try (OnnxGenerator generator =
          OnnxGenerator.open(limited(fixture, (long) middle * PAGE).build())) {
        generator.generate(request);
        enough = middle;
      } catch (InferenceException e) {
        tooFew = middle;
      }
    }
    return (long) enough * PAGE;
  }

  private static int[] expected(String fixture, GenerationRequest request) {
    try (OnnxGenerator plain = OnnxGenerator.open(Goldens.config(fixture).build())) {
      return ids(plain.generate(request));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "gpt2-tiny, false",
    "gpt2-tiny, true",
    "llama-tiny-gqa, false",
    "llama-tiny-gqa, true",
    "llama-tiny, false"
  })
  void a_request_that_fits_alone_fits_where_much_is_kept(String fixture, boolean batching) {
    long limit = leastFor(fixture, LONG);
    int[] expected = expected(fixture, LONG);
    OnnxGenerator generator =
        OnnxGenerator.open(keeping(fixture, limit).continuousBatching(batching).build());
    try (generator) {
      for (int seed = 0; seed < 30; seed++) {
        generator.generate(shortRequest(seed));
      }
      assertThat(generator.rememberedBytes()).isGreaterThan(limit / 3);
      assertThat(ids(generator.generate(LONG))).isEqualTo(expected);
      assertThat(generator.rememberedBytes()).isLessThanOrEqualTo(limit);
    }
    assertThat(generator.lentBuffers()).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"gpt2-tiny", "llama-tiny-gqa"})
  void what_was_used_last_goes_last(String fixture) {
    long least = leastFor(fixture, LONG);
    long each;
    try (OnnxGenerator one = OnnxGenerator.open(keeping(fixture, least).build())) {
      one.generate(shortRequest(0));
      each = one.rememberedBytes();
    }
    assertThat(each).isGreaterThan(PAGE);
    try (OnnxGenerator generator = OnnxGenerator.open(keeping(fixture, least + each).build())) {
      for (int seed = 0; seed < 4; seed++) {
        generator.generate(shortRequest(seed));
      }
      generator.generate(LONG);
      assertThat(generator.generate(shortRequest(3)).usage().cachedPromptTokens()).isPositive();
      assertThat(generator.generate(shortRequest(2)).usage().cachedPromptTokens()).isZero();
    }
  }

  @Test
  void a_request_runs_all_of_its_prompt_where_there_is_no_room_for_a_copy() {
    String fixture = "llama-tiny-gqa";
    int[] prompt = new Random(7).ints(60, 5, 100).toArray();
    int[] other = prompt.clone();
    other[59] = 9;
    GenerationRequest second = request(other, 2);
    long limit = leastFor(fixture, second);
    OnnxGenerator generator = OnnxGenerator.open(keeping(fixture, limit).build());
    try (generator) {
      generator.generate(request(prompt, 2));
      assertThat(generator.rememberedBytes()).isGreaterThan(limit / 2);
      GenerationResult result = generator.generate(second);
      assertThat(result.usage().cachedPromptTokens()).isZero();
      assertThat(ids(result)).isEqualTo(expected(fixture, second));
    }
    assertThat(generator.lentBuffers()).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"gpt2-tiny", "llama-tiny-gqa"})
  void what_sessions_hold_stays_and_a_request_without_room_fails_as_ever(String fixture) {
    long limit = leastFor(fixture, LONG) + leastFor(fixture, shortRequest(1));
    try (OnnxGenerator generator = OnnxGenerator.open(keeping(fixture, limit).build());
        Session session = generator.session()) {
      session.generate(LONG);
      generator.generate(shortRequest(1));
      assertThatThrownBy(() -> generator.generate(request(2_000, 100, 20)))
          .isInstanceOf(InferenceException.class)
          .hasMessageContaining("memory_limit_mb");
      assertThat(generator.rememberedBytes()).isZero();
      assertThat(session.cachedTokens()).isPositive();
    }
  }

  @ParameterizedTest
  @CsvSource({"gpt2-tiny, false", "gpt2-tiny, true", "llama-tiny-gqa, false"})
  void threads_that_take_and_give_at_once_get_what_they_would_get_alone(
      String fixture, boolean batching) {
    int threads = 4;
    long limit = 2L * threads * leastFor(fixture, shortRequest(0));
    OnnxGenerator generator =
        OnnxGenerator.open(keeping(fixture, limit).continuousBatching(batching).build());
    try (OnnxGenerator plain = OnnxGenerator.open(Goldens.config(fixture).build());
        generator) {
      List<CompletableFuture<List<int[]>>> running = new ArrayList<>();
      for (int thread = 0; thread < threads; thread++) {
        CompletableFuture<List<int[]>> results = new CompletableFuture<>();
        new Thread(() -> results.completeAsync(() -> results(generator), Runnable::run)).start();
        running.add(results);
      }
      List<int[]> expected = results(plain);
      for (CompletableFuture<List<int[]>> results : running) {
        assertThat(results.join()).usingRecursiveComparison().isEqualTo(expected);
      }
      assertThat(generator.rememberedBytes()).isPositive();
    }
    assertThat(generator.lentBuffers()).isZero();
  }

  private static List<int[]> results(OnnxGenerator generator) {
    List<int[]> results = new ArrayList<>();
    for (int round = 0; round < 2; round++) {
      for (int seed = 0; seed < 25; seed++) {
        results.add(ids(generator.generate(shortRequest(seed))));
      }
    }
    return results;
  }
}
