package io.loquent.decoding.parallel.ctc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNoException;

import io.loquent.Decoding;
import io.loquent.GenerationOptions;
import io.loquent.GenerationRequest;
import io.loquent.InvalidRequestException;
import io.loquent.decoding.Runs;
import io.loquent.decoding.SearchPrompt;
import io.loquent.decoding.SearchSetup;
import java.util.List;
import org.assertj.core.api.ThrowableAssertAlternative;
import org.junit.jupiter.api.Test;

class CtcRulesTest {

  private static final CtcVocabulary LETTERS = CtcVocabulary.of(List.of("", "|", "a", "b"));

  @Test
  void an_option_that_ctc_would_ignore_is_refused() {
    for (Object[] option :
        new Object[][] {
          {"do_sample", true},
          {"temperature", 0.5},
          {"repetition_penalty", 1.2},
          {"no_repeat_ngram_size", 2},
          {"length_penalty", 1.0},
          {"min_new_tokens", 3},
          {"length_beam", 2},
          {"steps", 4},
          {"begin_suppress_tokens", List.of(1)},
          {"guidance_scale", 2},
          {"num_beam_groups", 2},
        }) {
      refused("leave it out", option).withMessageContaining(option[0] + " is set");
    }
  }

  @Test
  void values_that_ask_for_nothing_are_taken() {
    for (Object[] option :
        new Object[][] {
          {"do_sample", false},
          {"temperature", 1},
          {"repetition_penalty", 1},
          {"num_beam_groups", 1},
          {"max_iterations", 1},
          {"guidance_scale", 1},
          {"hotwords", List.of()},
        }) {
      assertThatNoException().isThrownBy(() -> Frames.search(4, option));
    }
    for (Decoding family : List.of(Decoding.greedy(), Decoding.beam(4))) {
      assertThatNoException().isThrownBy(() -> search(family.settings(), family.settings()));
    }
  }

  @Test
  void what_defaults_ask_for_is_left_aside() {
    GenerationOptions defaults =
        Runs.options("do_sample", true, "temperature", 0.5, "hotwords", "a", "length_penalty", 2);
    assertThatNoException().isThrownBy(() -> search(GenerationOptions.none(), defaults));
  }

  private static void search(GenerationOptions requested, GenerationOptions effective) {
    GenerationRequest request = GenerationRequest.tokens().options(requested).build();
    SearchPrompt prompt = new SearchPrompt(new int[0], new int[0], Integer.MAX_VALUE);
    assertThat(
            Frames.search(new SearchSetup(request, effective, prompt, 4, null, 0), LETTERS, null))
        .isNotNull();
  }

  @Test
  void options_of_beams_need_beams() {
    for (Object[] option :
        new Object[][] {
          {"language_model", "x.arpa"},
          {"hotwords", "a"},
          {"beam_prune_logp", -3},
          {"token_min_logp", -3},
        }) {
      assertThatExceptionOfType(InvalidRequestException.class)
          .isThrownBy(
              () ->
                  Frames.search(
                      Runs.setup(4, new int[0], option),
                      LETTERS,
                      Frames.languageModel("\\data\\\nngram 1=1\n\\1-grams:\n-1 a\n\\end\\")))
          .withMessageContaining(option[0] + " is set, but num_beams is 1");
    }
  }

  @Test
  void weights_need_what_they_weigh() {
    refused("language_model is not", "num_beams", 4, "lm_alpha", 0.3);
    refused("language_model is not", "num_beams", 4, "lm_beta", 0.3);
    refused("hotwords is not", "num_beams", 4, "hotword_weight", 3);
  }

  @Test
  void sequences_of_several_tokens_are_refused() {
    refused("bad_words_ids has [1, 2]", "bad_words_ids", List.of(List.of(1, 2)));
    refused("sequence_bias has [1, 2]", "sequence_bias", List.of(List.of(List.of(1, 2), 1.0)));
  }

  @Test
  void callbacks_that_look_at_tokens_are_refused() {
    assertThatExceptionOfType(InvalidRequestException.class)
        .isThrownBy(
            () ->
                Frames.search(
                    Runs.setup(
                        4,
                        new int[0],
                        null,
                        request -> request.logitsProcessor((tokens, scores) -> {})),
                    null,
                    null))
        .withMessageContaining("logits processor");
    assertThatExceptionOfType(InvalidRequestException.class)
        .isThrownBy(
            () ->
                Frames.search(
                    Runs.setup(
                        4,
                        new int[0],
                        null,
                        request -> request.prefixAllowedTokens(tokens -> List.of(1))),
                    null,
                    null))
        .withMessageContaining("prefixAllowedTokens");
  }

  @Test
  void more_iterations_need_a_graph_of_partial_alignments() {
    refused("max_iterations is 4, but the model's graph", "max_iterations", 4);
  }

  @Test
  void there_are_no_more_results_than_beams() {
    refused("num_return_sequences is 2, but num_beams is 1", "num_return_sequences", 2);
    refused("num_beams is 4", "num_return_sequences", 5, "num_beams", 4);
  }

  @Test
  void hotwords_and_word_models_need_a_vocabulary_that_fits() {
    refused("no tokenizer", "num_beams", 4, "hotwords", "a");
    assertThatExceptionOfType(InvalidRequestException.class)
        .isThrownBy(
            () ->
                Frames.search(
                    Runs.setup(4, new int[0], "num_beams", 4, "hotwords", List.of("ab", "B a")),
                    LETTERS,
                    null))
        .withMessageContaining("\"B a\"")
        .withMessageContaining("cannot write \"B\"");
    assertThatExceptionOfType(InvalidRequestException.class)
        .isThrownBy(
            () ->
                Frames.search(
                    Runs.setup(3, new int[0], "num_beams", 4, "language_model", "x"),
                    CtcVocabulary.of(List.of("", "a", "b")),
                    Frames.languageModel("\\data\\\nngram 1=1\n\\1-grams:\n-1 ab\n\\end\\")))
        .withMessageContaining("language_model is a model of words");
  }

  @Test
  void a_language_model_that_is_named_must_be_given() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Frames.search(4, "num_beams", 4, "language_model", "x"))
        .withMessageContaining("not given");
  }

  private static ThrowableAssertAlternative<InvalidRequestException> refused(
      String problem, Object... options) {
    return assertThatExceptionOfType(InvalidRequestException.class)
        .isThrownBy(() -> Frames.search(4, options))
        .withMessageContaining(problem);
  }
}
