package io.loquent.samples.benchmarks.worker;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class WorkloadTest {

  private static final Workload WORKLOAD = new Workload(Workload.Method.BEAM, 2, 4, 128, 32);

  @Test
  void reads_what_it_writes() {
    assertThat(Workload.parse(WORKLOAD.toString())).isEqualTo(WORKLOAD);
    Measurement measurement = new Measurement(64, 1.5, 20.25, Double.NaN, 4096, 1e9);
    assertThat(Measurement.parse(measurement.toString())).isEqualTo(measurement);
  }

  @Test
  void prompts_differ_by_row_and_hold_only_ordinary_tokens() {
    int[] first = WORKLOAD.prompt(0, 320);

    assertThat(first).hasSize(128).isEqualTo(WORKLOAD.prompt(0, 320));
    assertThat(first).isNotEqualTo(WORKLOAD.prompt(1, 320));
    for (int id : first) {
      assertThat(id).isBetween(3, 319);
    }
  }
}
