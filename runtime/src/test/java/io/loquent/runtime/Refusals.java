package io.loquent.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.loquent.Generator;
import io.loquent.ModelConfig;
import io.loquent.ModelLoadException;
import io.loquent.ModelReport;

/** What must be so when a model cannot be opened. */
final class Refusals {

  private Refusals() {}

  /** Opening fails with a message that holds all parts, and inspecting reports the same. */
  static void refused(ModelConfig config, String... parts) {
    assertThatThrownBy(() -> Generator.open(config))
        .isInstanceOf(ModelLoadException.class)
        .hasMessageContainingAll(parts);
    ModelReport report = Generator.inspect(config);
    assertThat(report.model()).isEmpty();
    assertThat(report.problems()).hasSize(1);
    assertThat(report.problems().get(0)).contains(parts);
    assertThat(report.findings().get(0)).contains(config.folder().toString());
  }
}
