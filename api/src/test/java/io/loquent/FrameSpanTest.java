package io.loquent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

class FrameSpanTest {

  @Test
  void seconds_are_frames_times_their_length_and_the_last_frame_counts() {
    FrameSpan span = new FrameSpan(3, 5, OptionalDouble.of(0.25));
    assertThat(span.startSeconds()).hasValue(0.75);
    assertThat(span.endSeconds()).hasValue(1.5);
  }

  @Test
  void there_are_no_seconds_without_a_frame_length() {
    FrameSpan span = new FrameSpan(0, 0, OptionalDouble.empty());
    assertThat(span.startSeconds()).isEmpty();
    assertThat(span.endSeconds()).isEmpty();
  }

  @Test
  void a_span_does_not_end_before_it_begins() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new FrameSpan(2, 1, OptionalDouble.empty()));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new FrameSpan(-1, 1, OptionalDouble.empty()));
  }
}
