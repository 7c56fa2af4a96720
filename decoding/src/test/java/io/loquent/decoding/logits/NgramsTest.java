package io.loquent.decoding.logits;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class NgramsTest {

  private static final int VOCABULARY = 6;

  @Property
  void no_ngram_appears_twice_in_what_is_generated(
      @ForAll @IntRange(min = 1, max = 3) int size, @ForAll long seed) {
    Random random = new Random(seed);
    NoRepeatNgram processor = new NoRepeatNgram(size);
    List<Integer> ids = new ArrayList<>();
    Set<List<Integer>> ngrams = new HashSet<>();
    while (ids.size() < 60) {
      float[] scores = new float[VOCABULARY];
      int[] array = ids.stream().mapToInt(Integer::intValue).toArray();
      processor.process(FixedTokens.generated(array), scores);
      int[] left = IntStream.range(0, VOCABULARY).filter(id -> scores[id] == 0).toArray();
      if (left.length == 0) {
        break;
      }
      ids.add(left[random.nextInt(left.length)]);
      if (ids.size() >= size) {
        assertThat(ngrams.add(List.copyOf(ids.subList(ids.size() - size, ids.size())))).isTrue();
      }
    }
  }

  @Property
  void bans_only_what_would_repeat(
      @ForAll @IntRange(min = 1, max = 3) int size,
      @ForAll @Size(max = 12) List<@IntRange(max = 5) Integer> ids) {
    float[] scores = new float[VOCABULARY];
    int[] array = ids.stream().mapToInt(Integer::intValue).toArray();
    new NoRepeatNgram(size).process(FixedTokens.generated(array), scores);
    for (int next = 0; next < VOCABULARY; next++) {
      assertThat(scores[next] != 0).isEqualTo(repeats(ids, size, next));
    }
  }

  @Test
  void ngrams_of_the_encoder_count_only_once_the_decoder_has_all_but_the_last_token() {
    EncoderNoRepeatNgram processor = new EncoderNoRepeatNgram(3, new int[] {1, 2, 3, 99});
    float[] scores = new float[VOCABULARY];
    processor.process(FixedTokens.generated(2), scores);
    assertThat(scores).containsOnly(0);
    processor.process(FixedTokens.generated(2, 3), scores);
    assertThat(scores).containsOnly(0);
    processor.process(FixedTokens.generated(1, 2), scores);
    assertThat(scores[3]).isEqualTo(Float.NEGATIVE_INFINITY);
  }

  private static boolean repeats(List<Integer> ids, int size, int next) {
    if (ids.size() < size) {
      return false;
    }
    List<Integer> ngram = new ArrayList<>(ids.subList(ids.size() - size + 1, ids.size()));
    ngram.add(next);
    for (int start = 0; start + size <= ids.size(); start++) {
      if (ids.subList(start, start + size).equals(ngram)) {
        return true;
      }
    }
    return false;
  }
}
