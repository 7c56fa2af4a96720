package io.loquent.tokenizers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.loquent.spi.IncrementalDetokenizer;
import io.loquent.spi.Tokenizer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

class TokenizerThreadsTest {

  private static final int THREADS = 8;
  private static final String TEXT = "The old sailor — 日本語 😀 — walked along the shore.";

  @Test
  void eight_threads_get_the_answers_of_one() throws Exception {
    try (Tokenizer tokenizer = Fixtures.open("gpt2-tiny")) {
      int[] ids = tokenizer.encode(TEXT, true);
      onAllThreads(
          () -> {
            for (int i = 0; i < 1000; i++) {
              assertThat(tokenizer.encode(TEXT, true)).isEqualTo(ids);
              assertThat(tokenizer.decode(ids, true)).isEqualTo(TEXT);
            }
            assertThat(streamed(tokenizer.detokenizer(true), ids)).isEqualTo(TEXT);
            return null;
          });
    }
  }

  @Test
  void closing_waits_for_calls_and_refuses_later_ones() throws Exception {
    Tokenizer tokenizer = Fixtures.open("gpt2-tiny");
    int[] ids = tokenizer.encode(TEXT, true);
    CountDownLatch started = new CountDownLatch(THREADS);
    ExecutorService closer = Executors.newSingleThreadExecutor();
    Future<?> closed =
        closer.submit(
            () -> {
              started.await();
              tokenizer.close();
              return null;
            });
    onAllThreads(
        () -> {
          started.countDown();
          try {
            while (true) {
              assertThat(tokenizer.encode(TEXT, true)).isEqualTo(ids);
            }
          } catch (IllegalStateException e) {
            assertThat(e).hasMessageContaining("is closed");
          }
          return null;
        });
    closed.get();
    closer.shutdown();
  }

  @Test
  void a_closed_tokenizer_says_so() {
    Tokenizer tokenizer = Fixtures.open("gpt2-tiny");
    tokenizer.close();
    tokenizer.close();
    assertThatThrownBy(() -> tokenizer.encode("a", true)).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> tokenizer.encode("a", "b", true))
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> tokenizer.decode(new int[] {1}, true))
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> tokenizer.detokenizer(true))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("tokenizer.json is closed");
  }

  private static String streamed(IncrementalDetokenizer detokenizer, int[] ids) {
    StringBuilder text = new StringBuilder();
    for (int id : ids) {
      text.append(detokenizer.append(id));
    }
    return text.append(detokenizer.flush()).toString();
  }

  private static void onAllThreads(Callable<Void> work) throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(THREADS);
    try {
      List<Future<Void>> results = new ArrayList<>();
      for (int i = 0; i < THREADS; i++) {
        results.add(threads.submit(work));
      }
      for (Future<Void> result : results) {
        result.get();
      }
    } catch (ExecutionException e) {
      throw new AssertionError(e.getCause());
    } finally {
      threads.shutdownNow();
    }
  }
}
