package io.loquent.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.loquent.Decoding;
import io.loquent.GenerationOptions;
import io.loquent.GenerationRequest;
import io.loquent.GenerationResult;
import io.loquent.InvalidRequestException;
import io.loquent.ModelConfig;
import io.loquent.Option;
import io.loquent.OutputConstraint;
import io.loquent.Token;
import io.loquent.TokenStream;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A prompt that ends in the middle of a word is continued as if it did not. */
@ExtendWith(NothingLeaks.class)
final class TokenHealingTest {

  private static OnnxGenerator shakespeare;

  @BeforeAll
  static void open() {
    shakespeare = OnnxGenerator.open(ModelConfig.builder(Folders.sample("lm-shakespeare")).build());
  }

  @AfterAll
  static void close() {
    shakespeare.close();
  }

  private static GenerationResult generate(
      String prompt, Consumer<GenerationOptions.Builder> options) {
    return shakespeare.generate(
        GenerationRequest.text(prompt)
            .options(o -> o.decoding(Decoding.greedy()).maxNewTokens(12))
            .options(options)
            .build());
  }

  @ParameterizedTest
  @ValueSource(strings = {"\n\nROM", "ROMEO:\nWhat sa", "JULIET:\nO Rome", "KING RICHARD I"})
  void the_prompt_stays_and_the_text_goes_on_behind_it(String prompt) {
    for (Consumer<GenerationOptions.Builder> strategy :
        List.<Consumer<GenerationOptions.Builder>>of(
            o -> o.decoding(Decoding.greedy()),
            o -> o.decoding(Decoding.sampling()).seed(3),
            o -> o.decoding(Decoding.beam(3)))) {
      GenerationResult healed =
          generate(prompt, strategy.andThen(o -> o.set(Option.TOKEN_HEALING, true)));
      StringBuilder tokens = new StringBuilder();
      healed.best().tokens().forEach(token -> tokens.append(token.text()));
      assertThat(tokens.toString()).isEqualTo(healed.text());
      int[] ids = healed.best().ids();
      String whole = Folders.decode(Folders.sample("lm-shakespeare"), ids);
      assertThat(whole).endsWith(healed.text());
      String again = whole.substring(0, whole.length() - healed.text().length());
      // No longer token begins with the last one of "Rome".
      assertThat(again.isEmpty()).isEqualTo(prompt.endsWith("Rome"));
      assertThat(prompt).endsWith(again);
    }
  }

  @Test
  void a_longer_token_may_take_the_place_of_the_last_one() {
    GenerationResult plain = generate("\n\nROM", o -> {});
    GenerationResult healed = generate("\n\nROM", o -> o.set(Option.TOKEN_HEALING, true));
    assertThat(healed.usage().promptTokens()).isEqualTo(plain.usage().promptTokens() - 1);
    assertThat(healed.text()).isNotEmpty().isNotEqualTo(plain.text());
  }

  @Test
  void a_stop_string_that_ends_the_prompt_does_not_end_the_text() {
    int longest = 0;
    for (String prompt : List.of("ROMEO:\nWhat sa", "KING RICHARD I", "\n\nROM")) {
      String free = generate(prompt, o -> o.set(Option.TOKEN_HEALING, true)).text();
      String stop = prompt.substring(prompt.length() - 1);
      int end = free.indexOf(stop);
      GenerationResult stopped =
          generate(prompt, o -> o.set(Option.TOKEN_HEALING, true).stopStrings(stop));
      assertThat(stopped.text()).isEqualTo(end < 0 ? free : free.substring(0, end));
      longest = Math.max(longest, stopped.text().length());
    }
    assertThat(longest).isPositive();
  }

  @Test
  void a_stream_shows_what_the_result_holds() {
    GenerationRequest request =
        GenerationRequest.text("JULIET:\nO Rome")
            .options(
                o -> o.decoding(Decoding.greedy()).maxNewTokens(12).set(Option.TOKEN_HEALING, true))
            .build();
    StringBuilder streamed = new StringBuilder();
    try (TokenStream stream = shakespeare.stream(request)) {
      for (Token token : stream) {
        streamed.append(token.text());
      }
      assertThat(streamed.toString()).isEqualTo(stream.result().text());
    }
  }

  @Test
  void what_does_not_go_together_is_refused() {
    assertThatExceptionOfType(InvalidRequestException.class)
        .isThrownBy(
            () ->
                generate(
                    "ROM",
                    o ->
                        o.set(Option.TOKEN_HEALING, true)
                            .constraint(OutputConstraint.choice("a", "b"))))
        .withMessageContaining("token_healing");
    try (OnnxGenerator translator = OnnxGenerator.open(Goldens.config("t5-tiny").build())) {
      assertThatExceptionOfType(InvalidRequestException.class)
          .isThrownBy(
              () ->
                  translator.generate(
                      GenerationRequest.text("a")
                          .options(o -> o.set(Option.TOKEN_HEALING, true))
                          .build()))
          .withMessageContaining("token_healing");
    }
  }
}
