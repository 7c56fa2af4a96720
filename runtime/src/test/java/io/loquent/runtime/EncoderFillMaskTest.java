package io.loquent.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.loquent.Cancellation;
import io.loquent.ContextLengthException;
import io.loquent.InvalidRequestException;
import io.loquent.RefinementStrategy;
import io.loquent.encoder.Encoder;
import io.loquent.encoder.EncoderTask;
import io.loquent.encoder.FillMaskOptions;
import io.loquent.encoder.FilledMask;
import io.loquent.encoder.FilledText;
import io.loquent.encoder.JointFillOptions;
import io.loquent.encoder.MaskCandidate;
import io.loquent.encoder.Truncation;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Masks of texts, filled through the public API. */
@ExtendWith(NothingLeaks.class)
class EncoderFillMaskTest {

  private static final List<String> TEXTS =
      List.of(
          "[MASK] moon",
          "[MASK] waited near the station before sunrise, after the storm.",
          "She [MASK] without [MASK] word.",
          "a small dog [MASK] home",
          "[MASK] [MASK] [MASK] [MASK]");

  private OnnxEncoder encoder;

  @BeforeEach
  void open() {
    encoder = OnnxEncoder.open(Goldens.config("bert-tiny-mlm").build());
  }

  @AfterEach
  void close() {
    assertThat(encoder.lentBuffers()).isZero();
    encoder.close();
  }

  private static FillMaskOptions targets(String... words) {
    return FillMaskOptions.builder().targets(List.of(words)).build();
  }

  private static List<Integer> ids(FilledMask mask) {
    return mask.candidates().stream().map(MaskCandidate::id).collect(Collectors.toList());
  }

  @Test
  void a_model_with_scores_over_a_vocabulary_fills_and_scores() {
    assertThat(encoder.tasks()).contains(EncoderTask.FILL_MASK, EncoderTask.PSEUDO_LOG_LIKELIHOOD);
    assertThat(Encoder.inspect(Goldens.config("bert-tiny-mlm").build()).findings())
        .contains("mask: [MASK] (token 4)");
  }

  @Test
  void offsets_slice_the_mask_out_of_the_given_text() {
    String text = "\ud83d\ude00  Cafe\u0301 [MASK], \u4e2d[MASK]!";
    List<FilledMask> masks = encoder.fillMask(text);
    assertThat(masks).hasSize(2);
    assertThat(masks.get(0).start()).isEqualTo(text.indexOf("[MASK]"));
    assertThat(masks.get(1).start()).isEqualTo(text.lastIndexOf("[MASK]"));
    for (int mask = 0; mask < 2; mask++) {
      assertThat(masks.get(mask).mask()).isEqualTo(mask);
      assertThat(text.substring(masks.get(mask).start(), masks.get(mask).end()))
          .isEqualTo("[MASK]");
    }
  }

  @Test
  void candidates_stand_in_the_given_text_which_else_stays_as_it_is() {
    String text = "SHE\t[MASK] , without [MASK]\u00a0word\u2026";
    List<FilledMask> masks = encoder.fillMask(List.of(text), targets("ran", "##ing")).get(0);
    assertThat(masks.get(0).candidates())
        .extracting(MaskCandidate::text)
        .containsExactlyInAnyOrder(
            "SHE\tran , without [MASK]\u00a0word\u2026", "SHEing , without [MASK]\u00a0word\u2026");
    assertThat(masks.get(1).candidates())
        .extracting(MaskCandidate::text)
        .containsExactlyInAnyOrder(
            "SHE\t[MASK] , without ran\u00a0word\u2026",
            "SHE\t[MASK] , withouting\u00a0word\u2026");
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 7})
  void a_batched_text_gets_what_it_gets_alone(int batchSize) {
    FillMaskOptions options = FillMaskOptions.builder().batchSize(batchSize).build();
    List<List<FilledMask>> together = encoder.fillMask(TEXTS, options);
    for (int i = 0; i < TEXTS.size(); i++) {
      List<FilledMask> alone = encoder.fillMask(TEXTS.get(i));
      assertThat(together.get(i)).hasSameSizeAs(alone);
      for (int mask = 0; mask < alone.size(); mask++) {
        assertThat(ids(together.get(i).get(mask))).isEqualTo(ids(alone.get(mask)));
        assertThat(together.get(i).get(mask).best().probability())
            .isCloseTo(alone.get(mask).best().probability(), within(1e-5));
      }
    }
  }

  @Test
  void no_texts_have_no_masks() {
    assertThat(encoder.fillMask(List.of(), FillMaskOptions.defaults())).isEmpty();
    assertThat(encoder.fillJointly(List.of(), JointFillOptions.defaults())).isEmpty();
  }

  @Test
  void targets_are_all_that_is_considered_and_keep_their_probability() {
    FillMaskOptions all = FillMaskOptions.builder().topK(300).build();
    List<MaskCandidate> whole =
        encoder.fillMask(List.of(TEXTS.get(3)), all).get(0).get(0).candidates();
    assertThat(whole).hasSize(300);
    assertThat(whole.stream().mapToDouble(MaskCandidate::probability).sum())
        .isCloseTo(1, within(1e-5));

    List<MaskCandidate> some =
        encoder
            .fillMask(List.of(TEXTS.get(3)), targets("ran", "Walked", "ran", "##ing"))
            .get(0)
            .get(0)
            .candidates();
    assertThat(some)
        .containsExactlyElementsOf(
            whole.stream()
                .filter(candidate -> List.of(255, 231, 82).contains(candidate.id()))
                .collect(Collectors.toList()));
  }

  @Test
  void targets_that_are_not_one_token_are_refused() {
    assertThatThrownBy(() -> encoder.fillMask(TEXTS, targets("ran", "sunrises")))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContainingAll("\"sunrises\"", "2 tokens", "sunrise", "##s", "fillJointly");
    assertThatThrownBy(() -> encoder.fillMask(TEXTS, targets("\u4e2d")))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContainingAll("not in the vocabulary", "[UNK]");
  }

  @Test
  void absurd_options_are_refused() {
    assertThatThrownBy(() -> FillMaskOptions.builder().topK(0))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("top_k must be at least 1; found 0");
    assertThatThrownBy(() -> targets("a", ""))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("targets");
    assertThatThrownBy(() -> targets()).isInstanceOf(InvalidRequestException.class);
  }

  @Test
  void a_text_without_a_mask_is_refused_and_told_how_it_is_written() {
    assertThatThrownBy(() -> encoder.fillMask(List.of("[MASK]", "a <mask>"), targets("ran")))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContainingAll("text 1 has no mask", "[MASK]");
    assertThatThrownBy(() -> encoder.fillJointly(""))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("no mask");
    assertThat(encoder.fillMask("[MASK]")).hasSize(1);
  }

  private static String longText(int before, int after) {
    return "she ".repeat(before) + "[MASK]" + " ran".repeat(after);
  }

  @Test
  void long_texts_are_refused_unless_truncation_is_asked_for() {
    String text = longText(10, 60);
    assertThatThrownBy(() -> encoder.fillMask(text))
        .isInstanceOf(ContextLengthException.class)
        .hasMessageContainingAll("73 tokens", "64");
    FillMaskOptions truncate = FillMaskOptions.builder().truncation(Truncation.TRUNCATE).build();
    FilledMask cut = encoder.fillMask(List.of(text), truncate).get(0).get(0);
    FilledMask shorter = encoder.fillMask(longText(10, 51)).get(0);
    assertThat(ids(cut)).isEqualTo(ids(shorter));
    assertThat(cut.best().text()).endsWith(" ran".repeat(60));
  }

  @Test
  void a_mask_that_truncation_would_cut_off_is_an_error() {
    FillMaskOptions truncate = FillMaskOptions.builder().truncation(Truncation.TRUNCATE).build();
    String two = "[MASK] " + longText(70, 0);
    assertThatThrownBy(() -> encoder.fillMask(List.of(two), truncate))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContainingAll("2 masks", "behind the first 1", "STRIDE");
  }

  @Test
  void in_windows_a_mask_is_filled_where_most_is_seen_around_it() {
    FillMaskOptions windows =
        FillMaskOptions.builder().truncation(Truncation.STRIDE).maxLength(12).stride(6).build();
    // Windows of ten tokens begin at 0, 4, 8, 12: the mask, token 9, is in the middle of the
    // second.
    FilledMask found = encoder.fillMask(List.of(longText(9, 9)), windows).get(0).get(0);
    FilledMask alone = encoder.fillMask(longText(5, 4)).get(0);
    assertThat(ids(found)).isEqualTo(ids(alone));
    assertThat(found.best().probability()).isCloseTo(alone.best().probability(), within(1e-5));
    assertThat(found.start()).isEqualTo(36);
  }

  @ParameterizedTest
  @EnumSource(RefinementStrategy.class)
  void masks_are_filled_together(RefinementStrategy strategy) {
    JointFillOptions options = JointFillOptions.builder().strategy(strategy).build();
    List<List<FilledText>> together = encoder.fillJointly(TEXTS, options);
    for (int i = 0; i < TEXTS.size(); i++) {
      FilledText filled = together.get(i).get(0);
      FilledText alone = encoder.fillJointly(List.of(TEXTS.get(i)), options).get(0).get(0);
      assertThat(filled.text()).isEqualTo(alone.text()).doesNotContain("[MASK]", "[PAD]");
      assertThat(filled.score()).isCloseTo(alone.score(), within(1e-5));
      assertThat(filled.fillings())
          .allSatisfy(filling -> assertThat(filling.logProbability()).isNegative());
    }
  }

  @Test
  void the_surest_mask_is_filled_first_and_the_others_fit_it() {
    String text = "She [MASK] without [MASK] word.";
    List<FilledMask> apart = encoder.fillMask(text);
    FilledText joint = encoder.fillJointly(text);
    int first = apart.get(0).best().probability() > apart.get(1).best().probability() ? 0 : 1;
    FilledText.Filling surest = joint.fillings().get(first);
    assertThat(surest.id()).isEqualTo(apart.get(first).best().id());
    FilledMask rest = encoder.fillMask(apart.get(first).best().text()).get(0);
    FilledText.Filling second = joint.fillings().get(1 - first);
    assertThat(second.id()).isEqualTo(rest.best().id());
    // Special tokens are left out, so what is left is likelier.
    assertThat(Math.exp(second.logProbability())).isGreaterThanOrEqualTo(rest.best().probability());
    assertThat(text.substring(second.start(), second.end())).isEqualTo("[MASK]");
    assertThat(joint.score())
        .isCloseTo((surest.logProbability() + second.logProbability()) / 2, within(1e-9));
  }

  @Test
  void beams_give_several_fillings_of_a_text_the_best_first() {
    JointFillOptions options = JointFillOptions.builder().numBeams(4).numReturnSequences(3).build();
    List<FilledText> fillings = encoder.fillJointly(List.of(TEXTS.get(2)), options).get(0);
    assertThat(fillings).hasSize(3).doesNotHaveDuplicates();
    assertThat(fillings.get(0).score()).isGreaterThanOrEqualTo(fillings.get(1).score());
    assertThat(fillings.get(1).score()).isGreaterThanOrEqualTo(fillings.get(2).score());
    assertThat(fillings.get(0).score())
        .isGreaterThanOrEqualTo(encoder.fillJointly(TEXTS.get(2)).score() - 1e-6);
  }

  @Test
  void options_that_do_not_go_together_are_refused() {
    JointFillOptions beams =
        JointFillOptions.builder().strategy(RefinementStrategy.MASK_PREDICT).numBeams(2).build();
    assertThatThrownBy(() -> encoder.fillJointly(TEXTS, beams))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("num_beams");
    JointFillOptions many = JointFillOptions.builder().numReturnSequences(2).build();
    assertThatThrownBy(() -> encoder.fillJointly(TEXTS, many))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("set num_beams to at least 2");
    JointFillOptions stride = JointFillOptions.builder().truncation(Truncation.STRIDE).build();
    assertThatThrownBy(() -> encoder.fillJointly(TEXTS, stride))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("STRIDE");
  }

  @Test
  void a_cancelled_call_ends_and_the_encoder_goes_on() {
    Cancellation cancelled = Cancellation.create();
    cancelled.cancel();
    FillMaskOptions options = FillMaskOptions.builder().cancellation(cancelled).build();
    assertThatThrownBy(() -> encoder.fillMask(TEXTS, options))
        .isInstanceOf(CancellationException.class);
    JointFillOptions joint = JointFillOptions.builder().cancellation(cancelled).build();
    assertThatThrownBy(() -> encoder.fillJointly(TEXTS, joint))
        .isInstanceOf(CancellationException.class);
    assertThat(encoder.fillMask(TEXTS.get(0))).hasSize(1);
  }

  @Test
  void a_closed_encoder_refuses_calls() {
    encoder.close();
    assertThatThrownBy(() -> encoder.fillMask("[MASK]"))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("closed");
    assertThatThrownBy(() -> encoder.fillJointly("[MASK]"))
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> encoder.pseudoLogLikelihood("a"))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void a_folder_that_names_no_mask_says_what_to_add(@TempDir Path folder) {
    Folders.copy(
        "bert-tiny-mlm", folder, List.of("special_tokens_map.json", "tokenizer_config.json"));
    try (Encoder unnamed = OnnxEncoder.open(io.loquent.ModelConfig.builder(folder).build())) {
      assertThatThrownBy(() -> unnamed.fillMask("[MASK]"))
          .isInstanceOf(InvalidRequestException.class)
          .hasMessageContainingAll("mask_token", "tokenizer_config.json");
    }
    Folders.write(
        folder,
        "config.json",
        "{\"architectures\": [\"BertForMaskedLM\"], \"mask_token_id\": 4, \"vocab_size\": 300}");
    try (Encoder named = OnnxEncoder.open(io.loquent.ModelConfig.builder(folder).build())) {
      assertThat(named.fillMask("[MASK]")).isEqualTo(encoder.fillMask("[MASK]"));
    }
  }
}
