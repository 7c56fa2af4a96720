package io.loquent.tokenizers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.loquent.InvalidRequestException;
import io.loquent.spi.Tokenizer;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.function.IntFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class TokenSpellingTest {

  private static final Set<String> CONTEXTUAL =
      Set.of(
          "byte level in a sequence",
          "fused word piece",
          "end of word",
          "end of word, fused",
          "end of word and word piece",
          "fused replacements",
          "strip each token",
          "strip the end",
          "regular expression",
          "ctc");

  static Stream<String> fixtures() {
    return IncrementalDetokenizerTest.fixtures();
  }

  static Stream<String> decoders() {
    return TinyTokenizers.DECODERS.keySet().stream().filter(name -> !CONTEXTUAL.contains(name));
  }

  static Stream<String> contextual() {
    return CONTEXTUAL.stream();
  }

  @ParameterizedTest
  @MethodSource("fixtures")
  void joined_bytes_are_the_decoded_text(String fixture) {
    try (Tokenizer tokenizer = Fixtures.open(fixture)) {
      assertSpellsAsDecoded(tokenizer);
    }
  }

  @ParameterizedTest
  @MethodSource("decoders")
  void joined_bytes_are_the_decoded_text_of_every_decoder(String decoder, @TempDir Path folder) {
    try (Tokenizer tokenizer = Fixtures.open(folder, TinyTokenizers.withDecoder(decoder))) {
      assertSpellsAsDecoded(tokenizer);
    }
  }

  private static void assertSpellsAsDecoded(Tokenizer tokenizer) {
    IntFunction<Optional<byte[]>> first = tokenizer.tokenBytes(true);
    IntFunction<Optional<byte[]>> following = tokenizer.tokenBytes(false);
    Random random = new Random(11);
    int compared = 0;
    for (int round = 0; round < 400; round++) {
      int[] ids = random.ints(1 + round % 6, 0, tokenizer.vocabularySize()).toArray();
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      boolean begun = false;
      for (int id : ids) {
        Optional<byte[]> spelled = (begun ? following : first).apply(id);
        spelled.ifPresent(bytes::writeBytes);
        begun |= spelled.isPresent();
      }
      String text = bytes.toString(StandardCharsets.UTF_8);
      // Runs of bytes that are no text are written in ways of their own.
      if (text.indexOf('\uFFFD') < 0) {
        assertThat(text).isEqualTo(tokenizer.decode(ids, true));
        compared++;
      }
    }
    assertThat(compared).isGreaterThan(20);
  }

  @ParameterizedTest
  @MethodSource("contextual")
  void a_decoder_that_looks_at_other_tokens_is_refused(String decoder, @TempDir Path folder) {
    try (Tokenizer tokenizer = Fixtures.open(folder, TinyTokenizers.withDecoder(decoder))) {
      assertThatThrownBy(() -> tokenizer.tokenBytes(false))
          .isInstanceOf(InvalidRequestException.class)
          .hasMessageContaining("constraint");
    }
  }

  @Test
  void special_tokens_are_no_text_and_added_ones_are(@TempDir Path folder) {
    try (Tokenizer tokenizer = Fixtures.open(folder, TinyTokenizers.withDecoder("gemma"))) {
      int added = tokenizer.tokenToId("plain added").orElseThrow();

      assertThat(tokenizer.tokenBytes(true).apply(1)).isEmpty();
      assertThat(tokenizer.tokenBytes(true).apply(99_999)).isEmpty();
      assertThat(tokenizer.tokenBytes(true).apply(added))
          .contains("plain added".getBytes(StandardCharsets.UTF_8));
    }
  }
}
