package io.loquent.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.loquent.Generator;
import io.loquent.ModelConfig;
import io.loquent.ModelReport;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Tests that break a copy of a model folder: whatever happens, no file in it stays open. */
@ExtendWith(NothingLeaks.class)
abstract class OneBrokenFolder {

  @TempDir Path temporary;
  Path folder;

  @BeforeEach
  void chooseFolder() {
    folder = temporary.resolve("model");
  }

  @AfterEach
  void nothing_in_the_folder_stays_open() {
    if (ProcessMemory.isKnown()) {
      assertThat(ProcessMemory.openFiles(temporary)).isEmpty();
    }
  }

  final ModelConfig.Builder config() {
    return ModelConfig.builder(folder).intraOpThreads(1);
  }

  final void refused(String... parts) {
    Refusals.refused(config().build(), parts);
  }

  final ModelReport accepted() {
    ModelReport report = Generator.inspect(config().build());
    assertThat(report.problems()).isEmpty();
    return report;
  }
}
