package io.loquent.tokenizers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.loquent.InvalidRequestException;
import io.loquent.ModelLoadException;
import io.loquent.spi.IncrementalDetokenizer;
import io.loquent.spi.Tokenizer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CtcTokenizerTest {

  @TempDir Path folder;

  private void write(String file, String text) throws IOException {
    Files.write(folder.resolve(file), text.getBytes(StandardCharsets.UTF_8));
  }

  private Tokenizer open(String vocabulary) throws IOException {
    write("config.json", "{\"architectures\": [\"Wav2Vec2ForCTC\"]}");
    write("vocab.json", vocabulary);
    return TokenizerFolder.load(folder).orElseThrow();
  }

  @Test
  void letters_become_words_without_spaces_at_the_ends() throws IOException {
    Tokenizer tokenizer =
        open("{\"<pad>\": 0, \"<unk>\": 1, \"|\": 2, \"H\": 3, \"I\": 4, \"'\": 5}");
    int[] ids = {2, 3, 4, 2, 2, 0, 1, 5, 4, 2};
    assertThat(tokenizer.decode(ids, true)).isEqualTo("HI  'I");
    assertThat(tokenizer.decode(ids, false)).isEqualTo("HI  <pad><unk>'I");
    IncrementalDetokenizer detokenizer = tokenizer.detokenizer(true);
    StringBuilder joined = new StringBuilder();
    for (int id : ids) {
      joined.append(detokenizer.append(id));
    }
    assertThat(joined.append(detokenizer.flush()).toString()).isEqualTo("HI  'I");
    assertThat(tokenizer.vocabularySize()).isEqualTo(6);
    assertThat(tokenizer.tokenToId("H")).hasValue(3);
    assertThat(tokenizer.idToToken(2)).contains("|");
    assertThat(tokenizer.idToToken(60)).isEmpty();
  }

  @Test
  void settings_of_the_tokenizer_are_followed() throws IOException {
    write("tokenizer_config.json", "{\"word_delimiter_token\": \"_\", \"do_lower_case\": true}");
    Tokenizer tokenizer = open("{\"<pad>\": 0, \"_\": 1, \"A\": 2, \"|\": 3}");
    assertThat(tokenizer.decode(new int[] {2, 1, 2, 3}, true)).isEqualTo("a a|");
  }

  @Test
  void it_only_writes() throws IOException {
    Tokenizer tokenizer = open("{\"<pad>\": 0, \"A\": 1}");
    assertThatThrownBy(() -> tokenizer.encode("A", true))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("speech");
  }

  @Test
  void a_broken_vocabulary_is_named() {
    assertThatThrownBy(() -> open("{\"A\": -1}"))
        .isInstanceOf(ModelLoadException.class)
        .hasMessageContaining("vocab.json")
        .hasMessageContaining("\"A\"");
  }

  @Test
  void other_models_have_no_tokenizer_in_a_vocab_json() throws IOException {
    write("config.json", "{\"architectures\": [\"GPT2LMHeadModel\"]}");
    write("vocab.json", "{\"A\": 0}");
    assertThat(TokenizerFolder.load(folder)).isEmpty();
  }
}
