package io.loquent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import java.nio.FloatBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;

class InputTest {

  @Test
  void texts_are_compared_by_content() {
    assertThat(Input.text("a")).isEqualTo(new Input.Text("a"));
    assertThatNullPointerException().isThrownBy(() -> Input.text(null));
    assertThatNullPointerException().isThrownBy(() -> new Input.TextPair("a", null));
    assertThatNullPointerException().isThrownBy(() -> new Input.TextPair(null, "b"));
  }

  @Test
  void tokens_do_not_follow_changes_of_their_array() {
    int[] ids = {1, 2};
    Input.Tokens tokens = new Input.Tokens(ids);
    ids[0] = 9;
    assertThat(tokens.ids()).containsExactly(1, 2);
    tokens.toArray()[0] = 9;
    assertThat(tokens).isEqualTo(Input.tokens(1, 2)).isEqualTo(new Input.Tokens(List.of(1, 2)));
  }

  @Test
  void features_need_as_many_values_as_their_shape_has() {
    assertThat(features(List.of(2, 3), 6).shape()).containsExactly(2, 3);
    assertThat(features(List.of(), 1).shape()).isEmpty();
    assertThatExceptionOfType(InvalidRequestException.class)
        .isThrownBy(() -> features(List.of(2, 3), 5))
        .withMessage("pixels: shape [2, 3] needs 6 values, found 5");
    assertThatExceptionOfType(InvalidRequestException.class)
        .isThrownBy(() -> features(List.of(2, 0), 0))
        .withMessage("pixels: shape [2, 0] has a dimension below 1");
  }

  @Test
  void a_shape_too_large_for_any_buffer_does_not_overflow() {
    assertThatExceptionOfType(InvalidRequestException.class)
        .isThrownBy(() -> features(List.of(1 << 30, 1 << 30, 1 << 30, 16), 0))
        .withMessageContaining("needs more than 2147483647 values, found 0");
  }

  @Test
  void features_keep_their_own_position() {
    FloatBuffer buffer = FloatBuffer.wrap(new float[] {1, 2, 3, 4});
    buffer.position(1);
    Input.Features features = new Input.Features("pixels", List.of(3), buffer);
    buffer.position(4);
    assertThat(features.values().remaining()).isEqualTo(3);
    assertThat(features.values().get()).isEqualTo(2);
    features.values().get();
    assertThat(features.values().get()).isEqualTo(2);
  }

  @Test
  void features_refuse_null() {
    FloatBuffer values = FloatBuffer.allocate(1);
    assertThatNullPointerException().isThrownBy(() -> new Input.Features(null, List.of(1), values));
    assertThatNullPointerException().isThrownBy(() -> new Input.Features("x", null, values));
    assertThatNullPointerException().isThrownBy(() -> new Input.Features("x", List.of(1), null));
  }

  private static Input.Features features(List<Integer> shape, int values) {
    return new Input.Features("pixels", shape, FloatBuffer.allocate(values));
  }
}
