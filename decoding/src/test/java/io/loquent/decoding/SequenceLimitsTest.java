package io.loquent.decoding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.loquent.ContextLengthException;
import io.loquent.FinishReason;
import io.loquent.GenerationOptions;
import io.loquent.GenerationRequest;
import io.loquent.Option;
import java.util.function.Consumer;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;

class SequenceLimitsTest {

  private static final int UNLIMITED = Integer.MAX_VALUE;

  @Test
  void allows_twenty_new_tokens_where_nothing_is_set() {
    assertThat(limits(5, UNLIMITED, options -> {})).isEqualTo(new SequenceLimits(5, 0, 25, 25));
    assertThat(
            limits(
                5, UNLIMITED, options -> options.off(Option.MAX_LENGTH).off(Option.MAX_NEW_TOKENS)))
        .isEqualTo(new SequenceLimits(5, 0, 25, 25));
  }

  @Test
  void counts_the_prompt_in_max_length() {
    SequenceLimits limits = limits(5, UNLIMITED, options -> options.maxLength(9));
    assertThat(limits.maxLength()).isEqualTo(9);
    assertThat(limits.maxNewTokens()).isEqualTo(4);
  }

  @Test
  void prefers_the_numbers_of_new_tokens() {
    SequenceLimits limits =
        limits(
            5,
            UNLIMITED,
            options ->
                options.maxLength(3).maxNewTokens(7).set(Option.MIN_LENGTH, 11).minNewTokens(2));
    assertThat(limits).isEqualTo(new SequenceLimits(5, 7, 12, 12));
  }

  @Test
  void falls_back_to_min_length() {
    assertThat(limits(5, UNLIMITED, options -> options.set(Option.MIN_LENGTH, 11)).minLength())
        .isEqualTo(11);
  }

  @Test
  void survives_the_largest_numbers() {
    SequenceLimits limits = limits(5, UNLIMITED, options -> options.maxNewTokens(UNLIMITED));
    assertThat(limits.maxLength()).isEqualTo(UNLIMITED);
    assertThat(limits.reasonAtMaxLength()).isEqualTo(FinishReason.MAX_TOKENS);
  }

  @Test
  void tells_a_full_context_from_a_reached_maximum() {
    SequenceLimits full = limits(5, 3, options -> options.maxNewTokens(4));
    assertThat(full).isEqualTo(new SequenceLimits(5, 0, 9, 8));
    assertThat(full.reasonAtMaxLength()).isEqualTo(FinishReason.CONTEXT_FULL);
    SequenceLimits reached = limits(5, 4, options -> options.maxNewTokens(4));
    assertThat(reached.reasonAtMaxLength()).isEqualTo(FinishReason.MAX_TOKENS);
  }

  @Test
  void refuses_a_prompt_as_long_as_max_length() {
    assertThatThrownBy(() -> limits(5, UNLIMITED, options -> options.maxLength(5)))
        .hasMessageContaining("5 tokens")
        .hasMessageContaining("max_length")
        .asInstanceOf(InstanceOfAssertFactories.type(ContextLengthException.class))
        .returns(5, ContextLengthException::promptTokens)
        .returns(5, ContextLengthException::limitTokens);
  }

  @Test
  void refuses_a_prompt_that_fills_the_context() {
    assertThatThrownBy(() -> limits(5, 0, options -> {}))
        .isInstanceOf(ContextLengthException.class)
        .hasMessageContaining("context of 5");
    assertThatThrownBy(() -> limits(5, -2, options -> {}))
        .asInstanceOf(InstanceOfAssertFactories.type(ContextLengthException.class))
        .returns(5, ContextLengthException::promptTokens)
        .returns(3, ContextLengthException::limitTokens);
  }

  private static SequenceLimits limits(
      int promptLength, int room, Consumer<GenerationOptions.Builder> options) {
    int[] prompt = new int[promptLength];
    GenerationRequest request = GenerationRequest.tokens(prompt).options(options).build();
    return SequenceLimits.of(
        new SearchSetup(
            request, request.options(), new SearchPrompt(prompt, prompt, room), 10, null, 0));
  }
}
