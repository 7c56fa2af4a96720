package io.loquent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class GenerationRequestTest {

  @Test
  void a_request_has_nothing_but_its_input_unless_told() {
    GenerationRequest request = GenerationRequest.text("hello").build();
    assertThat(request.input()).isEqualTo(Input.text("hello"));
    assertThat(request.options()).isEqualTo(GenerationOptions.none());
    assertThat(request.decoderInput()).isEmpty();
    assertThat(request.negativePrompt()).isEmpty();
    assertThat(request.logitsProcessors()).isEmpty();
    assertThat(request.stoppingCriteria()).isEmpty();
    assertThat(request.prefixAllowedTokens()).isEmpty();
    assertThat(request.cancellation().isCancelled()).isFalse();
    assertThat(GenerationRequest.tokens(1, 2).build().input()).isEqualTo(Input.tokens(1, 2));
  }

  @Test
  void a_request_holds_what_it_was_given() {
    Cancellation cancellation = Cancellation.create();
    LogitsProcessor first = (tokens, scores) -> {};
    LogitsProcessor second = (tokens, scores) -> scores[0] = 0;
    StoppingCriterion criterion = tokens -> true;
    PrefixAllowedTokens allowed = tokens -> List.of(1);
    GenerationRequest request =
        GenerationRequest.of(new Input.TextPair("a", "b"))
            .cancellation(cancellation)
            .decoderInput(Input.tokens(3))
            .negativePrompt(Input.text("no"))
            .logitsProcessor(first)
            .logitsProcessor(second)
            .stoppingCriterion(criterion)
            .prefixAllowedTokens(allowed)
            .build();
    assertThat(request.cancellation()).isSameAs(cancellation);
    assertThat(request.decoderInput()).contains(Input.tokens(3));
    assertThat(request.negativePrompt()).contains(Input.text("no"));
    assertThat(request.logitsProcessors()).containsExactly(first, second);
    assertThat(request.stoppingCriteria()).containsExactly(criterion);
    assertThat(request.prefixAllowedTokens()).containsSame(allowed);
  }

  @Test
  void edits_of_options_add_up_and_setting_all_replaces_them() {
    GenerationRequest.Builder builder =
        GenerationRequest.text("x").options(o -> o.topK(5)).options(o -> o.topP(0.5).topK(6));
    assertThat(builder.build().options().toMap()).isEqualTo(Map.of("top_k", 6, "top_p", 0.5));
    assertThat(builder.options(GenerationOptions.none()).build().options())
        .isEqualTo(GenerationOptions.none());
  }

  @Test
  void a_builder_used_again_does_not_change_what_it_built() {
    GenerationRequest.Builder builder = GenerationRequest.text("x");
    GenerationRequest request = builder.build();
    builder
        .options(o -> o.topK(5))
        .logitsProcessor((tokens, scores) -> {})
        .stoppingCriterion(tokens -> true)
        .decoderInput(Input.tokens(1));
    assertThat(request.options()).isEqualTo(GenerationOptions.none());
    assertThat(request.logitsProcessors()).isEmpty();
    assertThat(request.stoppingCriteria()).isEmpty();
    assertThat(request.decoderInput()).isEmpty();
  }

  @Test
  void the_lists_of_a_request_cannot_be_changed() {
    GenerationRequest request = GenerationRequest.text("x").build();
    assertThatExceptionOfType(UnsupportedOperationException.class)
        .isThrownBy(() -> request.logitsProcessors().add((tokens, scores) -> {}));
    assertThatExceptionOfType(UnsupportedOperationException.class)
        .isThrownBy(() -> request.stoppingCriteria().add(tokens -> true));
  }

  @Test
  void requests_of_one_builder_are_cancelled_apart_unless_they_share_a_handle() {
    GenerationRequest.Builder builder = GenerationRequest.text("x");
    GenerationRequest one = builder.build();
    GenerationRequest two = builder.build();
    one.cancellation().cancel();
    assertThat(two.cancellation().isCancelled()).isFalse();
    Cancellation shared = Cancellation.create();
    builder.cancellation(shared);
    assertThat(builder.build().cancellation()).isSameAs(builder.build().cancellation());
  }

  @Test
  void null_is_refused() {
    GenerationRequest.Builder builder = GenerationRequest.text("x");
    assertThatNullPointerException().isThrownBy(() -> GenerationRequest.of(null));
    assertThatNullPointerException().isThrownBy(() -> builder.cancellation(null));
    assertThatNullPointerException().isThrownBy(() -> builder.decoderInput(null));
    assertThatNullPointerException().isThrownBy(() -> builder.negativePrompt(null));
    assertThatNullPointerException().isThrownBy(() -> builder.logitsProcessor(null));
    assertThatNullPointerException().isThrownBy(() -> builder.stoppingCriterion(null));
    assertThatNullPointerException().isThrownBy(() -> builder.prefixAllowedTokens(null));
    assertThatNullPointerException().isThrownBy(() -> builder.options((GenerationOptions) null));
  }
}
