package io.loquent.encoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.loquent.InvalidRequestException;
import io.loquent.encoder.SparseEmbedding.TokenWeight;
import io.loquent.spi.TokenizedText;
import java.util.List;
import org.junit.jupiter.api.Test;

class TokenEmbeddingsTest {

  /** A special token, then two of the text "ab cd". */
  private static final TokenizedText TOKENS =
      new TokenizedText(
          new int[] {2, 7, 8},
          new int[3],
          new int[] {-1, 0, 0},
          new int[] {-1, 0, 1},
          new int[] {0, 0, 3},
          new int[] {0, 2, 5});

  private static TokenEmbeddings vectors(float[]... vectors) {
    return new TokenEmbeddings(
        TOKENS.select(java.util.stream.IntStream.range(0, vectors.length).toArray()), vectors);
  }

  @Test
  void each_token_of_a_query_counts_with_its_best_match() {
    TokenEmbeddings document = vectors(new float[] {1, 0}, new float[] {0, 1}, new float[] {1, 1});
    TokenEmbeddings query = vectors(new float[] {2, 0}, new float[] {-1, -1});
    // 2 by the first or third token; -1 by the first or second.
    assertThat(document.maxSim(query)).isEqualTo(1);
    assertThat(query.maxSim(document)).isEqualTo(4);
  }

  @Test
  void nothing_matches_nothing() {
    TokenEmbeddings none = vectors();
    assertThat(none.maxSim(vectors(new float[] {1, 0}))).isZero();
    assertThat(none.dimensions()).isZero();
    assertThat(vectors(new float[] {1, 0}).maxSim(none)).isZero();
  }

  @Test
  void a_part_of_the_text_has_the_mean_of_its_tokens() {
    TokenEmbeddings text = vectors(new float[] {9, 9}, new float[] {1, 3}, new float[] {3, 5});
    assertThat(text.mean(0, 2).values()).containsExactly(1, 3);
    assertThat(text.mean(1, 4).values()).containsExactly(2, 4);
    assertThat(text.mean(1, 4).tokens()).isEqualTo(2);
    assertThatThrownBy(() -> text.mean(2, 3))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("between 2 and 3");
  }

  @Test
  void vectors_must_fit_the_tokens() {
    assertThatThrownBy(() -> new TokenEmbeddings(TOKENS, new float[2][1]))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("2 vectors for 3 tokens");
    assertThatThrownBy(() -> vectors(new float[1], new float[2]))
        .isInstanceOf(InvalidRequestException.class);
  }

  @Test
  void sparse_vectors_are_sorted_by_weight_and_multiplied_by_id() {
    SparseEmbedding first =
        new SparseEmbedding(
            List.of(
                new TokenWeight(1, "a", 1), new TokenWeight(5, "b", 3), new TokenWeight(3, "c", 3)),
            10,
            4);
    SparseEmbedding second =
        new SparseEmbedding(List.of(new TokenWeight(5, "b", 2), new TokenWeight(9, "d", 4)), 10, 4);
    assertThat(first.weights()).extracting(TokenWeight::id).containsExactly(3, 5, 1);
    assertThat(first.dot(second)).isEqualTo(6);
    assertThat(second.dot(first)).isEqualTo(6);
    assertThat(first.cosineSimilarity(second)).isCloseTo(6 / Math.sqrt(380), within(1e-12));
    assertThat(first.cosineSimilarity(new SparseEmbedding(List.of(), 10, 2))).isZero();
    assertThatThrownBy(() -> first.dot(new SparseEmbedding(List.of(), 11, 2)))
        .isInstanceOf(InvalidRequestException.class);
  }
}
