package io.loquent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class CancellationTest {

  private final Cancellation cancellation = Cancellation.create();
  private final List<String> ran = new ArrayList<>();

  @Test
  void is_not_cancelled_until_somebody_cancels() {
    assertThat(cancellation.isCancelled()).isFalse();
    cancellation.cancel();
    assertThat(cancellation.isCancelled()).isTrue();
  }

  @Test
  void runs_all_registered_actions_in_order_and_once() {
    cancellation.onCancel(() -> ran.add("a"));
    cancellation.onCancel(() -> ran.add("b"));
    assertThat(ran).isEmpty();
    cancellation.cancel();
    cancellation.cancel();
    assertThat(ran).containsExactly("a", "b");
  }

  @Test
  void runs_at_once_what_is_registered_too_late() {
    cancellation.cancel();
    cancellation.onCancel(() -> ran.add("late")).close();
    cancellation.cancel();
    assertThat(ran).containsExactly("late");
  }

  @Test
  void does_not_run_a_removed_action() {
    Cancellation.Registration removed = cancellation.onCancel(() -> ran.add("removed"));
    cancellation.onCancel(() -> ran.add("kept"));
    removed.close();
    cancellation.cancel();
    assertThat(ran).containsExactly("kept");
  }

  @Test
  void removing_twice_does_not_remove_an_equal_action() {
    Runnable action = () -> ran.add("same");
    Cancellation.Registration first = cancellation.onCancel(action);
    cancellation.onCancel(action);
    first.close();
    first.close();
    cancellation.cancel();
    assertThat(ran).containsExactly("same");
  }

  @Test
  void an_action_may_close_its_own_registration_and_ask_the_handle() {
    AtomicBoolean cancelled = new AtomicBoolean();
    List<Cancellation.Registration> own = new ArrayList<>();
    own.add(
        cancellation.onCancel(
            () -> {
              own.get(0).close();
              cancelled.set(cancellation.isCancelled());
            }));
    cancellation.cancel();
    assertThat(cancelled).isTrue();
  }

  @Test
  void works_from_another_thread() throws InterruptedException {
    AtomicInteger runs = new AtomicInteger();
    cancellation.onCancel(runs::incrementAndGet);
    Thread other = new Thread(cancellation::cancel);
    other.start();
    other.join();
    assertThat(runs).hasValue(1);
    assertThat(cancellation.isCancelled()).isTrue();
  }

  @Test
  void closing_waits_for_an_action_that_is_running() throws InterruptedException {
    CountDownLatch started = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    AtomicBoolean finished = new AtomicBoolean();
    Cancellation.Registration registration =
        cancellation.onCancel(
            () -> {
              started.countDown();
              await(goOn);
              finished.set(true);
            });
    Thread canceller = new Thread(cancellation::cancel);
    canceller.start();
    await(started);
    AtomicBoolean finishedBeforeCloseReturned = new AtomicBoolean();
    Thread closer =
        new Thread(
            () -> {
              registration.close();
              finishedBeforeCloseReturned.set(finished.get());
            });
    closer.start();
    while (closer.getState() != Thread.State.BLOCKED && closer.isAlive()) {
      Thread.onSpinWait();
    }
    goOn.countDown();
    closer.join();
    canceller.join();
    assertThat(finishedBeforeCloseReturned).isTrue();
  }

  @Test
  void an_action_registered_while_another_thread_cancels_runs_exactly_once()
      throws InterruptedException {
    for (int round = 0; round < 500; round++) {
      Cancellation raced = Cancellation.create();
      AtomicInteger runs = new AtomicInteger();
      Thread canceller = new Thread(raced::cancel);
      canceller.start();
      raced.onCancel(runs::incrementAndGet);
      canceller.join();
      assertThat(runs).hasValue(1);
    }
  }

  @Test
  void refuses_null() {
    assertThatNullPointerException().isThrownBy(() -> cancellation.onCancel(null));
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
