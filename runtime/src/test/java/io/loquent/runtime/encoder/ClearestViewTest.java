package io.loquent.runtime.encoder;

import static org.assertj.core.api.Assertions.assertThat;

import io.loquent.spi.TokenizedText;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ClearestViewTest {

  /** A window of so many tokens between two special ones. */
  private static Window window(int text, int number, int first, int size) {
    int[] zeros = new int[size + 2];
    int[] sequences = new int[size + 2];
    sequences[0] = TokenizedText.NONE;
    sequences[size + 1] = TokenizedText.NONE;
    int[] ids = IntStream.range(0, size + 2).map(token -> first + token - 1).toArray();
    return new Window(
        text, number, first, 0, new TokenizedText(ids, zeros, sequences, zeros, zeros, zeros));
  }

  private static List<String> views(Window... windows) {
    return ClearestView.of(List.of(windows)).stream()
        .map(
            view ->
                view.window().text()
                    + "."
                    + view.window().number()
                    + ":"
                    + view.window().tokens().id(view.token()))
        .collect(Collectors.toList());
  }

  @Test
  void a_text_in_one_window_is_seen_there() {
    assertThat(views(window(0, 0, 0, 3))).containsExactly("0.0:0", "0.0:1", "0.0:2");
  }

  @Test
  void a_text_without_tokens_has_no_views() {
    assertThat(views(window(0, 0, 0, 0), window(1, 0, 0, 1))).containsExactly("1.0:0");
  }

  @Test
  void shared_tokens_are_seen_where_the_nearer_edge_is_further_away() {
    // Tokens 2 to 4 are in both windows. Token 3 is as far from the edge of one as of the other.
    assertThat(views(window(0, 0, 0, 5), window(0, 1, 2, 5)))
        .containsExactly("0.0:0", "0.0:1", "0.0:2", "0.0:3", "0.1:4", "0.1:5", "0.1:6");
  }

  @Test
  void windows_in_the_middle_have_two_edges() {
    assertThat(views(window(0, 0, 0, 4), window(0, 1, 2, 4), window(0, 2, 4, 4)))
        .containsExactly("0.0:0", "0.0:1", "0.0:2", "0.1:3", "0.1:4", "0.2:5", "0.2:6", "0.2:7");
  }

  @Test
  void texts_are_told_apart() {
    assertThat(views(window(0, 0, 0, 2), window(0, 1, 1, 2), window(1, 0, 0, 1)))
        .containsExactly("0.0:0", "0.0:1", "0.1:2", "1.0:0");
  }
}
