package io.loquent.runtime.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ProcessorShareTest {

  @TempDir Path processors;

  /** Four cores of two threads each. */
  private void describeEightProcessors() throws IOException {
    for (int i = 0; i < 8; i++) {
      Path topology = Files.createDirectories(processors.resolve("cpu" + i).resolve("topology"));
      Files.writeString(topology.resolve("thread_siblings_list"), i % 4 + "," + (i % 4 + 4) + "\n");
    }
    Files.createDirectories(processors.resolve("cpufreq"));
    Files.createDirectories(processors.resolve("cpu8")); // Switched off: it has no topology.
  }

  @Test
  void a_quota_below_the_cores_is_the_number_of_threads() throws IOException {
    describeEightProcessors();
    assertThat(ProcessorShare.threads(processors, 1)).hasValue(1);
    assertThat(ProcessorShare.threads(processors, 3)).hasValue(3);
  }

  @Test
  void enough_processors_leave_the_choice_to_the_runtime() throws IOException {
    describeEightProcessors();
    assertThat(ProcessorShare.threads(processors, 4)).isEmpty();
    assertThat(ProcessorShare.threads(processors, 8)).isEmpty();
  }

  @Test
  void unknown_cores_leave_the_choice_to_the_runtime() {
    assertThat(ProcessorShare.threads(processors, 1)).isEmpty();
    assertThat(ProcessorShare.threads(processors.resolve("nowhere"), 1)).isEmpty();
  }
}
