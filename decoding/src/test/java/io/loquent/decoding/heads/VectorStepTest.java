package io.loquent.decoding.heads;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class VectorStepTest {

  private static final DenseLayer DENSE =
      new DenseLayer(
          new float[] {1, 2, 3, 4, 5, 6}, new float[] {10, 20}, DenseActivation.IDENTITY);

  @Test
  void a_dense_layer_multiplies_rows_and_adds_the_bias() {
    assertThat(DENSE.apply(new float[] {1, 0, -1})).containsExactly(10 + 1 - 3, 20 + 4 - 6);
    assertThat(DENSE.inputSize()).isEqualTo(3);
    assertThat(DENSE.outputSize(3)).isEqualTo(2);
    assertThat(DENSE).hasToString("Dense 3 to 2 (IDENTITY)");
  }

  @Test
  void weights_must_be_rows() {
    assertThatThrownBy(() -> new DenseLayer(new float[5], new float[2], DenseActivation.TANH))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("5 weights");
    assertThatThrownBy(() -> new LayerNormalization(new float[2], new float[3]))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void a_residual_adds_the_input_or_its_projection() {
    DenseLayer square =
        new DenseLayer(new float[] {0, 1, 1, 0}, new float[] {0, 0}, DenseActivation.IDENTITY);
    assertThat(new ResidualLayer(square).apply(new float[] {1, 5})).containsExactly(6, 6);
    DenseLayer projection =
        new DenseLayer(new float[] {1, 1, 1, 0, 0, 1}, new float[2], DenseActivation.IDENTITY);
    assertThat(new ResidualLayer(DENSE, projection).apply(new float[] {1, 0, -1}))
        .containsExactly(8 + 0, 18 - 1);
    assertThatThrownBy(() -> new ResidualLayer(DENSE)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new ResidualLayer(DENSE, square))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void unit_length_divides_by_the_length_and_leaves_zeros() {
    assertThat(new UnitLength().apply(new float[] {3, -4})).containsExactly(0.6f, -0.8f);
    assertThat(new UnitLength().apply(new float[2])).containsExactly(0, 0);
    assertThat(new UnitLength().outputSize(7)).isEqualTo(7);
  }

  @Test
  void layer_normalization_gives_mean_0_and_variance_1() {
    // Mean 3, variance 4 + 1e-5.
    LayerNormalization step = new LayerNormalization(new float[] {1, 10}, new float[] {0, 5});
    float[] result = step.apply(new float[] {1, 5});
    assertThat((double) result[0]).isCloseTo(-0.99999875, within(1e-7));
    assertThat((double) result[1]).isCloseTo(14.9999875, within(1e-5));
  }

  @ParameterizedTest
  @CsvSource({
    "torch.nn.modules.linear.Identity, -1.5, -1.5",
    "torch.nn.modules.activation.Tanh, 0.5, 0.46211716",
    "torch.nn.modules.activation.ReLU, -2, 0",
    "torch.nn.modules.activation.ReLU, 2, 2",
    "torch.nn.modules.activation.GELU, 1, 0.84134475",
    "torch.nn.modules.activation.GELU, -1, -0.15865525",
    "torch.nn.modules.activation.GELU, -20, 0",
    "torch.nn.modules.activation.GELU, 20, 20",
    "torch.nn.modules.activation.Sigmoid, 0, 0.5",
    "torch.nn.modules.activation.SiLU, 1, 0.7310586"
  })
  void activations_are_found_by_class(String name, float value, float expected) {
    assertThat(DenseActivation.of(name).orElseThrow().apply(value))
        .isCloseTo(expected, within(1e-7f));
  }

  @Test
  void other_activations_are_not_known() {
    assertThat(DenseActivation.of("torch.nn.modules.activation.Hardswish")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, 0.1, 1, 2, 3, 4, 5.9, 6})
  void the_error_function_agrees_with_numerical_integration(double x) {
    int steps = 20_000;
    double sum = 0;
    for (int i = 0; i < steps; i++) {
      double middle = (i + 0.5) * x / steps;
      sum += Math.exp(-middle * middle) * x / steps;
    }
    assertThat(ErrorFunction.of(x)).isCloseTo(2 / Math.sqrt(Math.PI) * sum, within(1e-8));
    assertThat(ErrorFunction.of(-x)).isEqualTo(-ErrorFunction.of(x));
  }
}
