package io.loquent.tokenizers;

import static org.assertj.core.api.Assertions.assertThat;

import io.loquent.spi.IncrementalDetokenizer;
import io.loquent.spi.Tokenizer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class IncrementalDetokenizerTest {

  private static final List<String> TEXTS =
      List.of(
          "The old sailor walked along the shore. She whispered: \"Don't wait!\"",
          "  two  spaces and\ttabs\nnewline ",
          "emoji 😀👩‍👩‍👧🏽 flags 🇫🇷 keycap 1️⃣",
          "日本語の文章、한국어 텍스트, ภาษาไทย, العربية",
          "e\u0301 a\u0308\u0323 combining, Café naïve — œuvre",
          "we ' re , you 've , it 's , do not , is n't ; I 'm . ok ? yes !",
          "<s> </s> <pad> [CLS] [SEP] <|endoftext|> in the text",
          "\uFFFD \u0000 \u200B \uD83D",
          "",
          " ");

  static Stream<String> fixtures() {
    return Stream.of(
        "gpt2-tiny",
        "llama-tiny",
        "t5-tiny",
        "bart-tiny",
        "bert-tiny-mlm",
        "lstm-seq2seq-tiny",
        "whisper-tiny",
        "g2p-transformer");
  }

  static Stream<String> written() {
    return TinyTokenizers.DECODERS.keySet().stream();
  }

  @ParameterizedTest
  @MethodSource("fixtures")
  void joined_deltas_equal_the_full_decode(String fixture) {
    try (Tokenizer tokenizer = Fixtures.open(fixture)) {
      assertStreamsLikeDecode(tokenizer);
    }
  }

  @ParameterizedTest
  @MethodSource("written")
  void joined_deltas_equal_the_full_decode_of_every_decoder(String decoder, @TempDir Path folder) {
    for (boolean cleanUp : new boolean[] {false, true}) {
      Fixtures.write(
          folder.resolve("tokenizer_config.json"),
          "{\"clean_up_tokenization_spaces\": " + cleanUp + "}");
      try (Tokenizer tokenizer = Fixtures.open(folder, TinyTokenizers.withDecoder(decoder))) {
        assertStreamsLikeDecode(tokenizer);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"llama-2", "gemma", "byte fallback and metaspace"})
  void text_spelt_in_bytes_streams_like_the_full_decode(String decoder, @TempDir Path folder) {
    try (Tokenizer tokenizer = Fixtures.open(folder, TinyTokenizers.withDecoder(decoder))) {
      for (String text : TEXTS) {
        int[] ids = byteIds(tokenizer, text);
        for (int length = 0; length <= ids.length; length++) {
          assertStreamsLikeDecode(tokenizer, Arrays.copyOf(ids, length));
        }
      }
    }
  }

  @Test
  void bytes_wait_for_the_end_of_their_run_because_a_bad_one_spoils_all(@TempDir Path folder) {
    try (Tokenizer tokenizer = Fixtures.open(folder, TinyTokenizers.withDecoder("llama-2"))) {
      int a = tokenizer.tokenToId("a").orElseThrow();
      int euro = tokenizer.tokenToId("<0xE2>").orElseThrow();
      int[] good = {a, euro, euro - 0xE2 + 0x82, euro - 0xE2 + 0xAC, a};
      assertThat(deltas(tokenizer, good, true)).containsExactly("a", "", "", "", "€a", "");
      int[] bad = {euro, euro - 0xE2 + 0x82, euro - 0xE2 + 0xAC, euro - 0xE2 + 0xFF, euro, a};
      assertThat(deltas(tokenizer, bad, true))
          .containsExactly("", "", "", "\uFFFD".repeat(4), "\uFFFD", "a", "");
    }
  }

  private static int[] byteIds(Tokenizer tokenizer, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    int[] ids = new int[bytes.length];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = tokenizer.tokenToId(String.format("<0x%02X>", bytes[i] & 0xFF)).orElseThrow();
    }
    return ids;
  }

  private static void assertStreamsLikeDecode(Tokenizer tokenizer) {
    for (String text : TEXTS) {
      assertStreamsLikeDecode(tokenizer, tokenizer.encode(text, true));
    }
    Random random = new Random(7);
    int size = tokenizer.vocabularySize();
    for (int run = 0; run < 400; run++) {
      int[] ids = new int[random.nextInt(24)];
      // Few different ids at a time make runs of the same kind likely.
      int from = random.nextInt(size);
      int span = run % 2 == 0 ? size + 3 : 1 + random.nextInt(12);
      for (int i = 0; i < ids.length; i++) {
        ids[i] = run % 2 == 0 ? random.nextInt(span) - 1 : (from + random.nextInt(span)) % size;
      }
      assertStreamsLikeDecode(tokenizer, ids);
    }
  }

  private static void assertStreamsLikeDecode(Tokenizer tokenizer, int[] ids) {
    for (boolean skip : new boolean[] {false, true}) {
      String full = tokenizer.decode(ids, skip);
      StringBuilder joined = new StringBuilder();
      for (String delta : deltas(tokenizer, ids, skip)) {
        joined.append(delta);
        assertThat(delta).as("whole characters").isEqualTo(SurrogatePairs.repair(delta));
        assertThat(full).startsWith(joined);
      }
      assertThat(joined).as("ids %s, skip %s", ids, skip).hasToString(full);
    }
  }

  private static List<String> deltas(Tokenizer tokenizer, int[] ids, boolean skip) {
    IncrementalDetokenizer detokenizer = tokenizer.detokenizer(skip);
    List<String> deltas = new ArrayList<>();
    for (int id : ids) {
      deltas.add(detokenizer.append(id));
    }
    deltas.add(detokenizer.flush());
    return deltas;
  }

  @Test
  void text_comes_with_its_token() {
    try (Tokenizer tokenizer = Fixtures.open("gpt2-tiny")) {
      int[] ids = tokenizer.encode("The old sailor", false);
      assertThat(deltas(tokenizer, ids, true)).containsExactly("The", " old", " sailor", "");
    }
  }

  @Test
  void a_character_comes_with_its_last_byte() {
    try (Tokenizer tokenizer = Fixtures.open("gpt2-tiny")) {
      int[] ids = tokenizer.encode("😀", false);
      assertThat(ids).hasSize(4);
      assertThat(deltas(tokenizer, ids, true)).containsExactly("", "", "", "😀", "");
    }
  }

  @Test
  void an_unfinished_character_comes_as_a_replacement_at_the_end() {
    try (Tokenizer tokenizer = Fixtures.open("gpt2-tiny")) {
      int[] ids = Arrays.copyOf(tokenizer.encode("😀", false), 3);
      assertThat(deltas(tokenizer, ids, true)).containsExactly("", "", "", "\uFFFD");
    }
  }

  @Test
  void bytes_of_a_surrogate_are_three_replacements() {
    try (Tokenizer tokenizer = Fixtures.open("gpt2-tiny")) {
      int[] ids = {
        tokenizer.tokenToId("í").orElseThrow(), // 0xED
        tokenizer.tokenToId("ł").orElseThrow(), // 0xA0
        tokenizer.tokenToId("Ģ").orElseThrow() // 0x80
      };
      assertThat(tokenizer.decode(ids, true)).isEqualTo("\uFFFD\uFFFD\uFFFD");
      assertThat(deltas(tokenizer, ids, true)).containsExactly("", "\uFFFD\uFFFD", "\uFFFD", "");
    }
  }

  @Test
  void only_the_first_word_loses_its_space() {
    try (Tokenizer tokenizer = Fixtures.open("t5-tiny")) {
      int the = tokenizer.tokenToId("▁The").orElseThrow();
      int pad = tokenizer.tokenToId("<pad>").orElseThrow();
      assertThat(deltas(tokenizer, new int[] {pad, the, pad, the}, true))
          .containsExactly("", "The", "", " The", "");
    }
  }
}
