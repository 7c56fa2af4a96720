package io.loquent.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.loquent.runtime.model.NativeValues;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Fails any test that leaves a native tensor open or one of Loquent's threads running. */
public final class NothingLeaks implements AfterEachCallback {

  private static final long PATIENCE_MILLIS = 3_000;

  @Override
  public void afterEach(ExtensionContext context) throws InterruptedException {
    assertThat(NativeValues.open()).as("native tensors left open").isZero();
    long end = System.currentTimeMillis() + PATIENCE_MILLIS;
    while (!threads().isEmpty() && System.currentTimeMillis() < end) {
      Thread.sleep(20);
    }
    assertThat(threads()).as("threads left running").isEmpty();
  }

  private static List<String> threads() {
    return Thread.getAllStackTraces().keySet().stream()
        .map(Thread::getName)
        .filter(name -> name.startsWith("loquent"))
        .collect(Collectors.toList());
  }
}
