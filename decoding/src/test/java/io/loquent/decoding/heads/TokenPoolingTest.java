package io.loquent.decoding.heads;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;

import io.loquent.encoder.Pooling;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class TokenPoolingTest {

  private static final float[][] VECTORS = {{1, -4}, {2, -6}, {6, -2}, {-1, -8}};

  private static float[] pool(Pooling pooling, int leftOut) {
    TokenPooling pool = new TokenPooling(pooling, 2);
    for (int position = 0; position < VECTORS.length; position++) {
      pool.add(VECTORS[position], position, position >= leftOut);
    }
    float[] target = new float[4];
    pool.writeTo(target, 1);
    assertThat(target[0]).isZero();
    assertThat(target[3]).isZero();
    return new float[] {target[1], target[2]};
  }

  @ParameterizedTest
  @CsvSource({
    "CLS, 1, -4",
    "MAX, 6, -2",
    "MEAN, 2, -5",
    "MEAN_SQRT_LEN, 4, -10",
    // (1 + 4 + 18 - 4) / 10, (-4 - 12 - 6 - 32) / 10
    "WEIGHTED_MEAN, 1.9, -5.4",
    "LAST_TOKEN, -1, -8"
  })
  void all_tokens_are_pooled(Pooling pooling, float first, float second) {
    assertThat(pool(pooling, 0)).containsExactly(new float[] {first, second}, offset(1e-6f));
  }

  @ParameterizedTest
  @CsvSource({
    "CLS, 6, -2",
    "MAX, 6, -2",
    "MEAN, 2.5, -5",
    "MEAN_SQRT_LEN, 3.535534, -7.071068",
    // Positions count from the row's beginning: (18 - 4) / 7, (-6 - 32) / 7
    "WEIGHTED_MEAN, 2, -5.428571",
    "LAST_TOKEN, -1, -8"
  })
  void a_prompt_is_left_out(Pooling pooling, float first, float second) {
    assertThat(pool(pooling, 2)).containsExactly(new float[] {first, second}, offset(1e-6f));
  }

  @ParameterizedTest
  @EnumSource(Pooling.class)
  void no_token_gives_zeros(Pooling pooling) {
    assertThat(pool(pooling, 4)).containsExactly(0, 0);
  }

  @Test
  void the_greatest_of_negative_numbers_is_negative() {
    TokenPooling pool = new TokenPooling(Pooling.MAX, 1);
    pool.add(new float[] {-3}, 0, true);
    pool.add(new float[] {-2}, 1, true);
    float[] target = new float[1];
    pool.writeTo(target, 0);
    assertThat(target).containsExactly(-2);
  }
}
