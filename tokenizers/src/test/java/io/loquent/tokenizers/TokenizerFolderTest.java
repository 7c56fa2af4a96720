package io.loquent.tokenizers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.loquent.InvalidRequestException;
import io.loquent.ModelLoadException;
import io.loquent.spi.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokenizerFolderTest {

  @TempDir Path folder;

  @Test
  void a_folder_without_a_tokenizer_gives_none() {
    assertThat(TokenizerFolder.load(folder)).isEmpty();
    assertThat(TokenizerFolder.loadTarget(folder)).isEmpty();
  }

  @Test
  void source_and_target_may_be_written_differently() {
    Path g2p = Fixtures.folder("g2p-transformer");
    try (Tokenizer source = TokenizerFolder.load(g2p).orElseThrow();
        Tokenizer target = TokenizerFolder.loadTarget(g2p).orElseThrow()) {
      int[] word = source.encode("Cat", true);
      assertThat(source.decode(word, true)).isEqualTo("c a t");
      assertThat(source.decode(word, false)).isEqualTo("c a t </s>");
      int[] sounds = target.encode("K AE1 T", false);
      assertThat(sounds).hasSize(3);
      assertThat(source.decode(sounds, true)).isEqualTo("K AE1 T");
    }
  }

  @Test
  void a_long_text_is_not_truncated() {
    try (Tokenizer tokenizer = Fixtures.open("bert-tiny-mlm")) {
      String text = "dog ".repeat(2000);
      assertThat(tokenizer.encode(text, false)).hasSize(2000);
      assertThat(tokenizer.encode(text, true)).hasSize(2002);
      assertThat(tokenizer.encode(text, text, true)).hasSize(4003);
    }
  }

  @Test
  void truncation_and_padding_of_the_file_are_switched_off() throws IOException {
    String json = bert();
    String strict =
        json.replaceFirst(
                "\"truncation\":\\s*null",
                "\"truncation\":{\"direction\":\"Right\",\"max_length\":4,"
                    + "\"strategy\":\"LongestFirst\",\"stride\":0}")
            .replaceFirst(
                "\"padding\":\\s*(null|\\{[^}]*})",
                "\"padding\":{\"strategy\":{\"Fixed\":64},\"direction\":\"Right\","
                    + "\"pad_to_multiple_of\":null,\"pad_id\":0,\"pad_type_id\":0,"
                    + "\"pad_token\":\"[PAD]\"}");
    assertThat(strict).contains("max_length\":4", "Fixed");
    try (Tokenizer tokenizer = Fixtures.open(folder, strict)) {
      assertThat(tokenizer.encode("the old sailor walked along the shore", true)).hasSize(9);
    }
  }

  @Test
  void special_tokens_of_the_configuration_are_recognised_and_skipped() throws IOException {
    String json = bert();
    int size;
    try (Tokenizer plain = Fixtures.open("bert-tiny-mlm")) {
      size = plain.vocabularySize();
    }
    Fixtures.write(
        folder.resolve("tokenizer_config.json"),
        "{\"eos_token\":\"dog\",\"pad_token\":\"<new>\","
            + "\"additional_special_tokens\":[{\"content\":\"<lstrip>\",\"lstrip\":true}]}");
    try (Tokenizer tokenizer = Fixtures.open(folder, json)) {
      int dog = tokenizer.tokenToId("dog").orElseThrow();
      int[] ids = tokenizer.encode("the <new> dog  <lstrip>", false);
      int the = tokenizer.tokenToId("the").orElseThrow();
      assertThat(ids).containsExactly(the, size, dog, size + 1);
      assertThat(tokenizer.idToToken(dog)).contains("dog");
      assertThat(tokenizer.idToToken(size)).contains("<new>");
      assertThat(tokenizer.idToToken(size + 2)).isEmpty();
      assertThat(tokenizer.idToToken(-1)).isEmpty();
      assertThat(tokenizer.decode(ids, true)).isEqualTo("the");
      assertThat(tokenizer.decode(ids, false)).isEqualTo("the <new> dog <lstrip>");
      assertThat(tokenizer.vocabularySize()).isEqualTo(size + 2);
    }
  }

  @Test
  void spaces_are_cleaned_up_if_the_configuration_says_so() {
    String json = TinyTokenizers.withDecoder("none");
    try (Tokenizer plain = Fixtures.open(folder, json)) {
      assertThat(plain.decode(plain.encode("a . do n't", false), true)).isEqualTo("a . do n't");
    }
    Fixtures.write(
        folder.resolve("tokenizer_config.json"), "{\"clean_up_tokenization_spaces\": true}");
    try (Tokenizer tidy = Fixtures.open(folder, json)) {
      assertThat(tidy.decode(tidy.encode("a . do n't", false), true)).isEqualTo("a. don't");
    }
  }

  @Test
  void half_a_character_does_not_spoil_the_others() {
    try (Tokenizer tokenizer = Fixtures.open("gpt2-tiny")) {
      int[] ids = tokenizer.encode("\uDE00 😀 \uD83D", false);
      assertThat(tokenizer.decode(ids, true)).isEqualTo("\uFFFD 😀 \uFFFD");
    }
  }

  @Test
  void ids_without_a_token_are_skipped() {
    try (Tokenizer tokenizer = Fixtures.open("lstm-seq2seq-tiny")) {
      assertThat(tokenizer.decode(new int[] {-1, 1_000_000}, false)).isEmpty();
      assertThat(tokenizer.tokenToId("no such token")).isEmpty();
    }
  }

  @Test
  void stripped_ends_do_not_end_the_process() {
    try (Tokenizer tokenizer =
        Fixtures.open(folder, TinyTokenizers.withDecoder("strip each token"))) {
      int[] ids = {
        tokenizer.tokenToId(" ").orElseThrow(), tokenizer.tokenToId(" a ").orElseThrow()
      };
      assertThat(tokenizer.decode(ids, true)).isEqualTo("a");
    }
  }

  @Test
  void a_cut_off_file_is_named() throws IOException {
    String json = bert();
    assertBroken(json.substring(0, json.length() / 2), "tokenizer.json", "copy it again");
  }

  @Test
  void a_git_lfs_pointer_is_recognised() {
    assertBroken("version https://git-lfs.github.com/spec/v1\noid sha256:0\n", "git lfs pull");
  }

  @Test
  void a_file_without_a_vocabulary_is_refused() {
    assertBroken("{\"model\":{}}", "tokenizer.json has no vocabulary", "save_pretrained()");
  }

  @Test
  void an_unknown_model_is_refused() {
    assertBroken(
        "{\"version\":\"1.0\",\"model\":{\"type\":\"New\",\"vocab\":{\"a\":0}}}",
        "tokenizer.json is not a tokenizer that the tokenizers library understands");
  }

  @Test
  void an_id_out_of_range_is_refused() {
    assertBroken("{\"model\":{\"vocab\":{\"a\":-1}}}", "\"a\" the id -1", "from 0");
    assertBroken("{\"model\":{\"vocab\":{\"a\":2000000000}}}", "2000000000");
  }

  @Test
  void a_template_with_an_undefined_special_token_is_refused() throws IOException {
    String json = bert().replaceFirst("\"\\[SEP\\]\":\\s*\\{", "\"[OTHER]\": {");
    assertBroken(json, "post_processor.single uses the special token [SEP]", "[OTHER]");
  }

  @Test
  void a_broken_configuration_is_named() throws IOException {
    Fixtures.write(folder.resolve("tokenizer_config.json"), "{");
    assertBroken(bert(), "tokenizer_config.json");
  }

  @Test
  void a_text_that_the_vocabulary_cannot_spell_is_refused() {
    String json =
        "{\"version\":\"1.0\",\"model\":{\"type\":\"Unigram\",\"unk_id\":null,"
            + "\"vocab\":[[\"a\",-1.0]]}}";
    try (Tokenizer tokenizer = Fixtures.open(folder, json)) {
      assertThat(tokenizer.encode("aa", true)).containsExactly(0, 0);
      assertThatThrownBy(() -> tokenizer.encode("ab", true))
          .isInstanceOf(InvalidRequestException.class)
          .hasMessageContaining("has no tokens for a part of the text");
    }
  }

  private void assertBroken(String json, String... message) {
    assertThatThrownBy(() -> Fixtures.open(folder, json))
        .isInstanceOf(ModelLoadException.class)
        .hasMessageContainingAll(message);
  }

  private static String bert() throws IOException {
    return Files.readString(Fixtures.folder("bert-tiny-mlm").resolve("tokenizer.json"));
  }
}
