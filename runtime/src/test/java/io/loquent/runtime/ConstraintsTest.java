package io.loquent.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.loquent.InvalidRequestException;
import io.loquent.OutputConstraint;
import io.loquent.decoding.constraint.TokenConstraint;
import io.loquent.spi.Tokenizer;
import io.loquent.tokenizers.TokenizerFolder;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Requests wait for the constraint that they ask for, and for no other one. */
@Timeout(30)
final class ConstraintsTest {

  private static final OutputConstraint SLOW = OutputConstraint.regex("[a-z]+");
  private static final OutputConstraint OTHER = OutputConstraint.choice("yes", "no");

  private final Tokenizer tokenizer =
      TokenizerFolder.load(Goldens.folder("gpt2-tiny")).orElseThrow();
  private final CountDownLatch compiling = new CountDownLatch(1);
  private final CountDownLatch goOn = new CountDownLatch(1);
  private final AtomicInteger compilations = new AtomicInteger();

  @AfterEach
  void close() {
    goOn.countDown();
    tokenizer.close();
  }

  private Constraints constraints() {
    return new Constraints(tokenizer, tokenizer.vocabularySize(), this::compile);
  }

  /** Compiles the slow one only when the test says so. */
  private TokenConstraint compile(
      OutputConstraint constraint, TokenConstraint.Vocabulary vocabulary) {
    compilations.incrementAndGet();
    if (constraint.equals(SLOW)) {
      compiling.countDown();
      await(goOn);
    }
    return TokenConstraint.of(constraint, vocabulary);
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** Work on a thread of its own. */
  private static final class Asking<T> extends FutureTask<T> {
    final Thread thread = new Thread(this);

    Asking(Callable<T> work) {
      super(work);
      thread.start();
    }

    /** Returns when the thread waits for something. */
    void awaitWaiting() {
      while (thread.getState() != Thread.State.WAITING) {
        Thread.onSpinWait();
      }
    }
  }

  private static <T> Asking<T> ask(Callable<T> work) {
    return new Asking<>(work);
  }

  @Test
  void others_go_on_while_one_compiles() throws Exception {
    Constraints constraints = constraints();
    TokenConstraint known = constraints.ready(OTHER);
    Asking<TokenConstraint> slow = ask(() -> constraints.ready(SLOW));
    await(compiling);
    assertThat(constraints.ready(OTHER)).isSameAs(known);
    assertThat(constraints.ready(OutputConstraint.json())).isNotNull();
    assertThat(constraints.tokens().size()).isEqualTo(tokenizer.vocabularySize());
    assertThat(slow.isDone()).isFalse();
    goOn.countDown();
    assertThat(slow.get()).isSameAs(constraints.ready(SLOW));
  }

  @Test
  void those_that_ask_for_the_same_share_one_compilation() throws Exception {
    Constraints constraints = constraints();
    List<Asking<TokenConstraint>> asking = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      asking.add(ask(() -> constraints.ready(SLOW)));
    }
    await(compiling);
    for (Asking<TokenConstraint> each : asking) {
      each.awaitWaiting();
    }
    goOn.countDown();
    for (Asking<TokenConstraint> each : asking) {
      assertThat(each.get()).isSameAs(asking.get(0).get());
    }
    assertThat(compilations).hasValue(1);
  }

  @Test
  void all_that_wait_get_an_error_and_later_ones_compile_again() throws Exception {
    AtomicInteger attempts = new AtomicInteger();
    Constraints constraints =
        new Constraints(
            tokenizer,
            tokenizer.vocabularySize(),
            (constraint, vocabulary) -> {
              if (attempts.incrementAndGet() == 1) {
                compile(constraint, vocabulary);
                throw new InvalidRequestException("the first time it fails");
              }
              return TokenConstraint.of(constraint, vocabulary);
            });
    Asking<TokenConstraint> first = ask(() -> constraints.ready(SLOW));
    await(compiling);
    Asking<TokenConstraint> second = ask(() -> constraints.ready(SLOW));
    second.awaitWaiting();
    goOn.countDown();
    for (Asking<TokenConstraint> each : List.of(first, second)) {
      assertThatThrownBy(each::get)
          .isInstanceOf(ExecutionException.class)
          .cause()
          .isInstanceOf(InvalidRequestException.class)
          .hasMessage("the first time it fails");
    }
    assertThat(constraints.ready(SLOW)).isNotNull();
    assertThat(attempts).hasValue(2);
  }

  @Test
  void errors_of_the_machine_come_through_as_they_are() {
    Constraints constraints =
        new Constraints(
            tokenizer,
            tokenizer.vocabularySize(),
            (constraint, vocabulary) -> {
              throw new StackOverflowError("too deep");
            });
    for (int i = 0; i < 2; i++) {
      assertThatThrownBy(() -> constraints.ready(OTHER))
          .isInstanceOf(StackOverflowError.class)
          .hasMessage("too deep");
    }
  }

  @Test
  void a_thread_that_is_interrupted_while_it_waits_gets_its_constraint_and_stays_interrupted()
      throws Exception {
    Constraints constraints = constraints();
    Asking<TokenConstraint> first = ask(() -> constraints.ready(SLOW));
    await(compiling);
    Asking<Boolean> waiting =
        ask(
            () -> {
              assertThat(constraints.ready(SLOW)).isNotNull();
              return Thread.currentThread().isInterrupted();
            });
    waiting.awaitWaiting();
    waiting.thread.interrupt();
    goOn.countDown();
    assertThat(waiting.get()).isTrue();
    assertThat(first.get()).isNotNull();
    assertThat(compilations).hasValue(1);
  }

  @Test
  void an_interrupted_thread_compiles_and_stays_interrupted() throws Exception {
    Constraints constraints = constraints();
    Asking<Boolean> asking =
        ask(
            () -> {
              Thread.currentThread().interrupt();
              assertThat(constraints.ready(OTHER)).isNotNull();
              return Thread.currentThread().isInterrupted();
            });
    assertThat(asking.get()).isTrue();
  }

  @Test
  void only_the_last_few_are_kept() {
    Constraints constraints = constraints();
    TokenConstraint first = constraints.ready(OTHER);
    for (int i = 1; i < Constraints.MOST_KEPT; i++) {
      constraints.ready(OutputConstraint.choice("number " + i));
    }
    assertThat(constraints.ready(OTHER)).isSameAs(first);
    for (int i = 1; i <= Constraints.MOST_KEPT; i++) {
      constraints.ready(OutputConstraint.choice("another " + i));
    }
    assertThat(constraints.ready(OTHER)).isNotSameAs(first);
    assertThat(compilations).hasValue(2 * Constraints.MOST_KEPT + 1);
  }
}
