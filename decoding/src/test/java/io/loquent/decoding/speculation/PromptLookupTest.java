package io.loquent.decoding.speculation;

import static org.assertj.core.api.Assertions.assertThat;

import io.loquent.TokenSequence;
import io.loquent.decoding.DraftRows;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class PromptLookupTest {

  private static TokenSequence sequence(List<Integer> ids) {
    return new TokenSequence() {
      @Override
      public int length() {
        return ids.size();
      }

      @Override
      public int promptLength() {
        return 0;
      }

      @Override
      public int get(int index) {
        return ids.get(index);
      }
    };
  }

  private static List<Integer> draft(PromptLookup lookup, int most, Integer... ids) {
    return draft(lookup, most, List.of(ids));
  }

  private static List<Integer> draft(PromptLookup lookup, int most, List<Integer> ids) {
    DraftRows rows = new DraftRows();
    rows.add(0, sequence(ids), most);
    lookup.draft(rows);
    List<Integer> tokens = new ArrayList<>();
    for (int i = 0; i < rows.count(0); i++) {
      tokens.add(rows.token(0, i));
    }
    return tokens;
  }

  private static PromptLookup lookup(int longest, int... encoderIds) {
    return new PromptLookup(longest, encoderIds, false);
  }

  @Test
  void what_followed_the_last_tokens_before_is_the_guess() {
    assertThat(draft(lookup(2), 2, 1, 2, 3, 4, 1, 2)).containsExactly(3, 4);
  }

  @Test
  void the_longest_match_counts_and_then_the_latest() {
    assertThat(draft(lookup(3), 1, 5, 1, 2, 7, 1, 2, 8, 5, 1, 2)).containsExactly(7);
    assertThat(draft(lookup(2), 1, 5, 1, 2, 7, 1, 2, 8, 5, 1, 2)).containsExactly(8);
    assertThat(draft(lookup(3), 1, 6, 9, 4, 5, 4)).containsExactly(5);
  }

  @Test
  void a_repetition_goes_on_for_as_long_as_is_wanted() {
    assertThat(draft(lookup(3), 7, 9, 1, 2, 3, 1, 2, 3)).containsExactly(1, 2, 3, 1, 2, 3, 1);
  }

  @Test
  void nothing_is_guessed_behind_what_was_never_there() {
    assertThat(draft(lookup(3), 4, 1, 2, 3, 4)).isEmpty();
    assertThat(draft(lookup(3), 4, 1)).isEmpty();
    assertThat(draft(lookup(3), 0, 1, 1, 1)).isEmpty();
  }

  @Test
  void the_input_of_the_encoder_is_looked_through_too() {
    assertThat(draft(lookup(2, 7, 8, 9, 4), 5, 1, 8)).containsExactly(9, 4);
    // A longer match in the encoder's input is worth more than a shorter one in the sequence.
    assertThat(draft(lookup(2, 7, 8, 9), 1, 8, 3, 7, 8)).containsExactly(9);
    assertThat(draft(lookup(2, 7, 8, 9), 1, 7, 8, 3, 7, 8)).containsExactly(3);
  }

  @Test
  void a_growing_sequence_gives_what_a_plain_search_finds() {
    Random random = new Random(3);
    List<Integer> ids = new ArrayList<>();
    PromptLookup lookup = lookup(3);
    for (int length = 1; length <= 3000; length++) {
      ids.add(random.nextInt(6) * (length % 7 == 0 ? 1000003 : 1));
      List<Integer> guess = draft(lookup, 1, ids);
      assertThat(guess).isEqualTo(plain(ids, 3));
    }
  }

  private static List<Integer> plain(List<Integer> ids, int longest) {
    for (int size = Math.min(longest, ids.size()); size > 0; size--) {
      List<Integer> suffix = ids.subList(ids.size() - size, ids.size());
      for (int end = ids.size() - 1; end >= size; end--) {
        if (ids.subList(end - size, end).equals(suffix)) {
          return List.of(ids.get(end));
        }
      }
    }
    return List.of();
  }

  @Test
  void each_sequence_has_its_own_past() {
    PromptLookup lookup = lookup(1);
    DraftRows rows = new DraftRows();
    rows.add(4, sequence(List.of(1, 2, 1)), 1);
    rows.add(9, sequence(List.of(1, 3, 1)), 1);
    lookup.draft(rows);
    assertThat(rows.token(0, 0)).isEqualTo(2);
    assertThat(rows.token(1, 0)).isEqualTo(3);
  }

  private static List<List<Integer>> paths(PromptLookup lookup, int most, List<Integer> ids) {
    DraftRows rows = new DraftRows();
    rows.add(0, sequence(ids), 2, most);
    lookup.draft(rows);
    List<List<Integer>> paths = new ArrayList<>();
    for (int path = 0; path < most; path++) {
      List<Integer> tokens = new ArrayList<>();
      for (int i = 0; i < rows.count(0, path); i++) {
        tokens.add(rows.token(0, path, i));
      }
      paths.add(tokens);
    }
    return paths;
  }

  @Test
  void several_paths_are_different_continuations_of_the_longest_match_and_then_of_shorter_ones() {
    List<Integer> ids = List.of(9, 2, 7, 7, 1, 2, 3, 4, 1, 2, 5, 6, 1, 2, 3, 4, 1, 2);
    assertThat(paths(new PromptLookup(2, new int[0], true), 4, ids))
        .containsExactly(List.of(3, 4), List.of(5, 6), List.of(7, 7), List.of());
    assertThat(paths(new PromptLookup(2, new int[] {1, 2, 8, 0, 0}, true), 3, ids))
        .containsExactly(List.of(3, 4), List.of(5, 6), List.of(8, 0));
    assertThat(paths(new PromptLookup(2, new int[0], true), 1, ids)).containsExactly(List.of(3, 4));
  }
}
