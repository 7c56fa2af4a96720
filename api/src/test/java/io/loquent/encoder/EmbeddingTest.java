package io.loquent.encoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.loquent.InvalidRequestException;
import java.util.List;
import org.junit.jupiter.api.Test;

class EmbeddingTest {

  private static final Embedding A = new Embedding(new float[] {3, 4}, 5);
  private static final Embedding B = Embedding.of(-4, 3);

  @Test
  void vectors_are_compared_in_four_ways() {
    assertThat(A.dot(B)).isZero();
    assertThat(A.norm()).isEqualTo(5);
    assertThat(A.cosineSimilarity(B)).isZero();
    assertThat(A.cosineSimilarity(Embedding.of(6, 8))).isEqualTo(1);
    assertThat(A.cosineSimilarity(Embedding.of(-6, -8))).isEqualTo(-1);
    assertThat(A.euclideanDistance(B)).isEqualTo(Math.sqrt(50));
    assertThat(A.manhattanDistance(B)).isEqualTo(8);
  }

  @Test
  void a_vector_of_zeros_is_like_nothing() {
    Embedding zero = Embedding.of(0, 0);
    assertThat(A.cosineSimilarity(zero)).isZero();
    assertThat(zero.normalized()).isEqualTo(zero);
  }

  @Test
  void normalized_vectors_have_length_1_and_as_many_tokens() {
    assertThat(A.normalized().values()).containsExactly(0.6f, 0.8f);
    assertThat(A.normalized().tokens()).isEqualTo(5);
  }

  @Test
  void a_cut_vector_has_the_first_numbers() {
    assertThat(A.truncated(1).values()).containsExactly(3);
    assertThat(A.truncated(2)).isEqualTo(A);
    assertThatThrownBy(() -> A.truncated(3))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContainingAll("1 to the vector's 2", "found 3");
    assertThatThrownBy(() -> A.truncated(0)).isInstanceOf(InvalidRequestException.class);
  }

  @Test
  void vectors_of_other_sizes_are_refused() {
    Embedding other = Embedding.of(1, 2, 3);
    assertThatThrownBy(() -> A.dot(other))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("2 and 3 dimensions");
    assertThatThrownBy(() -> A.euclideanDistance(other))
        .isInstanceOf(InvalidRequestException.class);
    assertThatThrownBy(() -> A.manhattanDistance(other))
        .isInstanceOf(InvalidRequestException.class);
    assertThatThrownBy(() -> A.toBinary().hammingDistance(other.toBinary()))
        .isInstanceOf(InvalidRequestException.class);
  }

  @Test
  void arrays_are_copies() {
    float[] numbers = {1, 2};
    Embedding embedding = Embedding.of(numbers);
    numbers[0] = 9;
    embedding.values()[1] = 9;
    assertThat(embedding.values()).containsExactly(1, 2);
    assertThat(embedding.value(1)).isEqualTo(2);
  }

  @Test
  void bits_are_packed_from_the_highest_and_filled_with_zeros() {
    BinaryEmbedding binary = Embedding.of(1, 0, -1, 0.1f, 0, 0, 0, 2, 3).toBinary();
    assertThat(binary.bits()).containsExactly(0b1001_0001, 0b1000_0000);
    assertThat(binary.dimensions()).isEqualTo(9);
    assertThat(binary.bit(3)).isTrue();
    assertThat(binary.bit(1)).isFalse();
    assertThatThrownBy(() -> binary.bit(9)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThat(new BinaryEmbedding(binary.bits(), 9)).isEqualTo(binary);
    assertThatThrownBy(() -> new BinaryEmbedding(new byte[2], 17))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("2 bytes");
  }

  @Test
  void bits_are_compared_by_how_many_differ_and_rescored_by_signs() {
    BinaryEmbedding first = Embedding.of(1, 1, -1, -1).toBinary();
    BinaryEmbedding second = Embedding.of(1, -1, -1, 1).toBinary();
    assertThat(first.hammingDistance(second)).isEqualTo(2);
    assertThat(first.hammingDistance(first)).isZero();
    assertThat(first.dot(Embedding.of(1, 2, 4, 8))).isEqualTo(1 + 2 - 4 - 8);
  }

  @Test
  void bytes_span_what_a_sample_spans() {
    QuantizationRanges ranges =
        QuantizationRanges.of(List.of(Embedding.of(0, -1, 7), Embedding.of(255, 1, 7)));
    assertThat(ranges.least()).containsExactly(0, -1, 7);
    assertThat(ranges.greatest()).containsExactly(255, 1, 7);
    assertThat(Embedding.of(0, -1, 7).toInt8(ranges).values()).containsExactly(-128, -128, -128);
    // 2 / (2 / 255) is below 255 in single precision.
    assertThat(Embedding.of(255, 1, 7).toInt8(ranges).values()).containsExactly(127, 126, -128);
    assertThat(Embedding.of(100.9f, 0, 9).toInt8(ranges).values()).containsExactly(-28, -1, -128);
    assertThat(Embedding.of(-9, 5, 7).toInt8(ranges).values()).containsExactly(-128, 127, -128);
  }

  @Test
  void bytes_are_multiplied_with_bytes_and_with_full_vectors() {
    Int8Embedding bytes = new Int8Embedding((byte) -128, (byte) 2);
    assertThat(bytes.dot(bytes)).isEqualTo(16388);
    assertThat(bytes.dot(Embedding.of(0.5f, 1))).isCloseTo(-62, within(1e-9));
    assertThatThrownBy(() -> bytes.dot(new Int8Embedding((byte) 1)))
        .isInstanceOf(InvalidRequestException.class);
  }

  @Test
  void ranges_that_make_no_sense_are_refused() {
    assertThatThrownBy(() -> QuantizationRanges.of(List.of()))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("found none");
    assertThatThrownBy(() -> new QuantizationRanges(new float[] {1}, new float[] {0}))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContainingAll("dimension 0", "1.0 and 0.0");
    assertThatThrownBy(() -> new QuantizationRanges(new float[] {Float.NaN}, new float[] {0}))
        .isInstanceOf(InvalidRequestException.class);
    assertThatThrownBy(() -> new QuantizationRanges(new float[1], new float[2]))
        .isInstanceOf(InvalidRequestException.class);
    assertThatThrownBy(() -> A.toInt8(new QuantizationRanges(new float[3], new float[3])))
        .isInstanceOf(InvalidRequestException.class);
  }

  @Test
  void options_that_exclude_each_other_are_refused() {
    assertThatThrownBy(() -> EmbeddingOptions.builder().prompt("a").promptName("b").build())
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContainingAll("\"a\"", "\"b\"");
    assertThatThrownBy(() -> EmbeddingOptions.builder().dimensions(0))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessage("dimensions must be at least 1; found 0");
    assertThatThrownBy(() -> EmbeddingOptions.builder().maxActiveDimensions(0))
        .isInstanceOf(InvalidRequestException.class);
    assertThatThrownBy(() -> RerankOptions.builder().topN(0))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessage("top_n must be at least 1; found 0");
  }
}
