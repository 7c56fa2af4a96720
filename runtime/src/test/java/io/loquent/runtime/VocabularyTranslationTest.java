package io.loquent.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.loquent.spi.Tokenizer;
import io.loquent.tokenizers.TokenizerFolder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which tokens of two vocabularies say the same. */
final class VocabularyTranslationTest {

  private static Tokenizer tokenizer(Path folder) {
    return TokenizerFolder.load(folder).orElseThrow();
  }

  private static VocabularyTranslation.Side side(Tokenizer tokenizer, Integer... endTokens) {
    int size = tokenizer.vocabularySize();
    return new VocabularyTranslation.Side(tokenizer, null, size, size, List.of(endTokens));
  }

  private static int[] continuation(VocabularyTranslation translation, int... ids) {
    return translation.continuation(ids, 0, ids.length);
  }

  @Test
  void spaces_count_however_they_are_spelled() {
    try (Tokenizer bytes = tokenizer(Goldens.folder("gpt2-tiny"));
        Tokenizer pieces = tokenizer(Goldens.folder("t5-tiny"))) {
      VocabularyTranslation translation = VocabularyTranslation.of(side(bytes), side(pieces));
      int shared = 0;
      for (int id = 0; id < bytes.vocabularySize(); id++) {
        String token = bytes.idToToken(id).orElseThrow();
        String spelled = token.replace('\u0120', '\u2581');
        if (token.startsWith("\u0120") && pieces.tokenToId(spelled).isPresent()) {
          assertThat(continuation(translation, id))
              .as(token)
              .containsExactly(pieces.tokenToId(spelled).getAsInt());
          shared++;
        }
      }
      assertThat(shared).isGreaterThan(10);
      assertThat(translation.guessable()).isGreaterThan(shared);
    }
  }

  @Test
  void every_token_of_a_vocabulary_in_another_order_is_found(@TempDir Path folder) {
    try (Tokenizer own = tokenizer(Goldens.folder("gpt2-tiny"));
        Tokenizer other = tokenizer(PermutedModel.of("gpt2-tiny", folder))) {
      VocabularyTranslation translation = VocabularyTranslation.of(side(own, 0), side(other, 0));
      assertThat(translation.guessable()).isEqualTo(own.vocabularySize());
      float[] scores = new float[own.vocabularySize()];
      for (int id = 0; id < scores.length; id++) {
        assertThat(continuation(translation, id)).containsExactly(PermutedModel.permuted(id));
        scores[PermutedModel.permuted(id)] = id;
      }
      float[] translated = new float[scores.length];
      translation.translate(scores, translated);
      for (int id = 0; id < scores.length; id++) {
        assertThat(translated[id]).isEqualTo(id);
      }
      int[] prompt = own.encode("What says the caf\u00e9?", true);
      assertThat(translation.prompt(prompt))
          .containsExactly(Arrays.stream(prompt).map(PermutedModel::permuted).toArray());
    }
  }

  @Test
  void tokens_that_the_draft_lacks_are_encoded_from_their_text() {
    try (Tokenizer own = tokenizer(Folders.sample("lm-shakespeare"));
        Tokenizer other = tokenizer(Goldens.folder("gpt2-tiny"))) {
      VocabularyTranslation translation = VocabularyTranslation.of(side(own), side(other));
      int encoded = 0;
      for (int id = 2; id < own.vocabularySize(); id++) {
        int[] ids = continuation(translation, id);
        assertThat(ids).isNotEmpty();
        String text = own.decode(new int[] {id}, false);
        if (ids.length > 1 && text.indexOf('\uFFFD') < 0) {
          assertThat(other.decode(ids, false)).isEqualTo(text);
          encoded++;
        }
      }
      assertThat(encoded).isPositive();
    }
  }

  @Test
  void end_tokens_say_the_same_whatever_their_names() {
    try (Tokenizer own = tokenizer(Goldens.folder("gpt2-tiny"));
        Tokenizer other = tokenizer(Goldens.folder("t5-tiny"))) {
      VocabularyTranslation translation = VocabularyTranslation.of(side(own, 0), side(other, 1));
      assertThat(continuation(translation, 0)).containsExactly(1);
    }
  }

  @Test
  void bytes_are_spelled_in_two_ways() {
    assertThat(ByteSpelling.of("<0xE2>")).isEqualTo("\u00e2");
    assertThat(ByteSpelling.of("<0x80>")).isEqualTo("\u0122");
    assertThat(ByteSpelling.of("<0xAD>")).isEqualTo("\u0143");
    assertThat(ByteSpelling.of("<0x20>")).isEqualTo("\u0120");
    assertThat(ByteSpelling.of("<0xZZ>")).isEqualTo("<0xZZ>");
    assertThat(ByteSpelling.of("word")).isEqualTo("word");
  }
}
