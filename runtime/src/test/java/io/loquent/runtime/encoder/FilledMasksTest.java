package io.loquent.runtime.encoder;

import static org.assertj.core.api.Assertions.assertThat;

import io.loquent.spi.TokenizedText;
import io.loquent.spi.Tokenizer;
import io.loquent.tokenizers.TokenizerFolder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How a token reads in place of a mask, by tokenizers of different kinds. */
class FilledMasksTest {

  private static final String WORD_PIECE =
      "\"normalizer\": {\"type\": \"BertNormalizer\", \"clean_text\": true,"
          + " \"handle_chinese_chars\": true, \"strip_accents\": null, \"lowercase\": true},"
          + " \"pre_tokenizer\": {\"type\": \"BertPreTokenizer\"}, \"post_processor\": null,"
          + " \"decoder\": {\"type\": \"WordPiece\", \"prefix\": \"##\", \"cleanup\": true},"
          + " \"model\": {\"type\": \"WordPiece\", \"unk_token\": \"[UNK]\","
          + " \"continuing_subword_prefix\": \"##\", \"max_input_chars_per_word\": 100,"
          + " \"vocab\": {\"<mask>\": 0, \"[UNK]\": 1, \"the\": 2, \"##s\": 3, \",\": 4,"
          + " \"dog\": 5, \"\u4e2d\": 6}}";

  private static final String BYTE_LEVEL =
      "\"normalizer\": null, \"pre_tokenizer\": {\"type\": \"ByteLevel\", \"add_prefix_space\":"
          + " false, \"trim_offsets\": true, \"use_regex\": true}, \"post_processor\": {\"type\":"
          + " \"ByteLevel\", \"add_prefix_space\": true, \"trim_offsets\": true, \"use_regex\":"
          + " true}, \"decoder\": {\"type\": \"ByteLevel\", \"add_prefix_space\": true,"
          + " \"trim_offsets\": true, \"use_regex\": true}, \"model\": {\"type\": \"BPE\","
          + " \"dropout\": null, \"unk_token\": null, \"continuing_subword_prefix\": null,"
          + " \"end_of_word_suffix\": null, \"fuse_unk\": false, \"byte_fallback\": false,"
          + " \"vocab\": {\"<mask>\": 0, \"\u0120\": 1, \"\u0120the\": 2, \"s\": 3, \",\": 4,"
          + " \"a\": 5, \"b\": 6}, \"merges\": []}";

  private static final String UNIGRAM =
      "\"normalizer\": null, \"pre_tokenizer\": {\"type\": \"Metaspace\", \"replacement\":"
          + " \"\u2581\", \"prepend_scheme\": \"always\", \"split\": true}, \"post_processor\":"
          + " null, \"decoder\": {\"type\": \"Metaspace\", \"replacement\": \"\u2581\","
          + " \"prepend_scheme\": \"always\", \"split\": true}, \"model\": {\"type\": \"Unigram\","
          + " \"unk_id\": 1, \"byte_fallback\": false, \"vocab\": [[\"<mask>\", 0], [\"<unk>\","
          + " 0], [\"\u2581the\", -1], [\"s\", -1], [\",\", -1], [\"\u2581\", -2], [\"\u2581a\","
          + " -1], [\"b\", -1]]}";

  @TempDir Path folder;

  private String filled(String kind, boolean takesSpace, String text, int... ids)
      throws IOException {
    String added =
        "{\"version\": \"1.0\", \"truncation\": null, \"padding\": null, \"added_tokens\":"
            + " [{\"id\": 0, \"content\": \"<mask>\", \"single_word\": false, \"lstrip\": "
            + takesSpace
            + ", \"rstrip\": false, \"normalized\": false, \"special\": true}], ";
    Files.write(
        folder.resolve("tokenizer.json"), (added + kind + "}").getBytes(StandardCharsets.UTF_8));
    try (Tokenizer tokenizer = TokenizerFolder.load(folder).orElseThrow()) {
      TokenizedText tokens = tokenizer.tokenize(text, Optional.empty(), true);
      Mask mask = new Mask("<mask>", 0);
      int[] places = mask.places(tokens);
      MaskedText masked = new MaskedText(text, tokens, tokenizer, mask);
      for (int place : places) {
        assertThat(text.substring(masked.start(place), masked.end(place))).isEqualTo("<mask>");
      }
      assertThat(places).hasSize(ids.length);
      return masked.filled(places, ids);
    }
  }

  @ParameterizedTest
  @CsvSource(
      ignoreLeadingAndTrailingWhitespace = false,
      value = {
        "The <mask> dog,5,The dog dog",
        "The <mask> dog,3,Thes dog",
        "The<mask>,5,Thedog",
        "The  <mask>.,5,The  dog.",
        "  <mask>,5,  dog",
        "THE <mask>\ud83d\ude00,4,'THE,\ud83d\ude00'",
        "\u4e2d<mask>,6,\u4e2d\u4e2d"
      })
  void by_word_pieces(String text, int id, String expected) throws IOException {
    assertThat(filled(WORD_PIECE, false, text, id)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource(
      ignoreLeadingAndTrailingWhitespace = false,
      value = {
        "a<mask>b,false,2,a theb",
        "a<mask>b,false,3,asb",
        "a <mask>b,false,3,a sb",
        "a <mask>,true,2,a the",
        "a <mask>,true,3,as",
        "<mask>a,false,2, thea",
        "a\ud83d\ude00<mask>,false,3,a\ud83d\ude00s"
      })
  void by_bytes(String text, boolean takesSpace, int id, String expected) throws IOException {
    assertThat(filled(BYTE_LEVEL, takesSpace, text, id)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource(
      ignoreLeadingAndTrailingWhitespace = false,
      value = {
        "a <mask> b,true,2,a the b",
        "a <mask> b,true,3,as b",
        "a<mask>,false,2,a the",
        "a<mask>,false,3,as",
        "<mask> b,true,2,the b"
      })
  void by_unigrams(String text, boolean takesSpace, int id, String expected) throws IOException {
    assertThat(filled(UNIGRAM, takesSpace, text, id)).isEqualTo(expected);
  }

  @Test
  void several_masks_are_filled_from_left_to_right() throws IOException {
    assertThat(filled(WORD_PIECE, false, "<mask> <mask>, <mask>", 5, 3, 2)).isEqualTo("dogs, the");
    assertThat(filled(BYTE_LEVEL, true, "<mask><mask> <mask>", 5, 3, 2)).isEqualTo("as the");
  }
}
