package io.loquent.tokenizers;

import static org.assertj.core.api.Assertions.assertThat;

import io.loquent.spi.Tokenizer;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class TokenizerGoldensTest {

  static Stream<Arguments> cases() {
    return Stream.of("gpt2-tiny", "bart-tiny", "t5-tiny", "bert-tiny-mlm")
        .flatMap(name -> Fixtures.goldens(name).stream().map(golden -> Arguments.of(name, golden)));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void ids_and_text_equal_the_tokenizers_library(String fixture, Map<String, Object> golden) {
    String text = (String) golden.get("text");
    int[] ids = Fixtures.ids(golden.get("ids"));
    try (Tokenizer tokenizer = Fixtures.open(fixture)) {
      if (golden.containsKey("pair")) {
        assertThat(tokenizer.encode(text, (String) golden.get("pair"), true)).isEqualTo(ids);
        return;
      }
      assertThat(tokenizer.encode(text, true)).isEqualTo(ids);
      assertThat(tokenizer.encode(text, false))
          .isEqualTo(Fixtures.ids(golden.get("ids_no_special")));
      assertThat(tokenizer.decode(ids, false)).isEqualTo(golden.get("decoded"));
      assertThat(tokenizer.decode(ids, true)).isEqualTo(golden.get("decoded_skip_special"));
      List<?> tokens = (List<?>) golden.get("tokens");
      for (int i = 0; i < ids.length; i++) {
        assertThat(tokenizer.tokenToId((String) tokens.get(i))).hasValue(ids[i]);
      }
    }
  }
}
