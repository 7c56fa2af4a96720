package io.loquent.runtime.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import org.junit.jupiter.api.Test;

final class PrepackedWeightsTest {

  @Test
  void weights_of_standard_operators_and_tried_ones_are_kept() {
    assertThat(PrepackedWeights.areExact(Set.of("MatMul", "Gemm", "LSTM"))).isTrue();
    assertThat(
            PrepackedWeights.areExact(
                Set.of("MatMul", "com.microsoft:GroupQueryAttention", "com.microsoft:QuickGelu")))
        .isTrue();
  }

  @Test
  void weights_of_block_quantized_and_unknown_operators_are_not() {
    assertThat(PrepackedWeights.areExact(Set.of("MatMul", "com.microsoft:MatMulNBits"))).isFalse();
    assertThat(PrepackedWeights.areExact(Set.of("com.microsoft:QMoE"))).isFalse();
    assertThat(PrepackedWeights.areExact(Set.of("example:MatMul"))).isFalse();
  }
}
