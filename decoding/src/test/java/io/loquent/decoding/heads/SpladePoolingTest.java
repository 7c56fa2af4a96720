package io.loquent.decoding.heads;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;

import io.loquent.decoding.heads.SpladePooling.Activation;
import io.loquent.decoding.heads.SpladePooling.Strategy;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SpladePoolingTest {

  @ParameterizedTest
  @CsvSource({
    // log(1 + 3); log(1 + log(1 + 3))
    "MAX, RELU, 1.3862944",
    "MAX, LOG1P_RELU, 0.8697417",
    // log(1 + 1) + log(1 + 3); log(1 + log(2)) + log(1 + log(4))
    "SUM, RELU, 2.0794415",
    "SUM, LOG1P_RELU, 1.3963308"
  })
  void positive_logits_become_weights(Strategy strategy, Activation activation, float expected) {
    SpladePooling pooling = new SpladePooling(strategy, activation, 3);
    pooling.add(new float[] {1, -5, 0});
    pooling.add(new float[] {3, -1, 0});
    pooling.add(new float[] {-9, -1, 0});
    assertThat(pooling.weights()).containsExactly(new float[] {expected, 0, 0}, offset(1e-6f));
  }
}
