package io.loquent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class DecodingTest {

  /** One of each family with the options that choose it. */
  private static final Map<Class<?>, Map<String, Object>> CHOICES =
      Map.of(
          Decoding.Greedy.class, Map.of("do_sample", false, "num_beams", 1),
          Decoding.Sampling.class, Map.of("do_sample", true, "num_beams", 1),
          Decoding.Beam.class, Map.of("do_sample", false, "num_beams", 3),
          Decoding.Contrastive.class,
              Map.of("do_sample", false, "num_beams", 1, "penalty_alpha", 0.6, "top_k", 4),
          ParallelDecoding.CtcBeam.class, Map.of("do_sample", false, "num_beams", 5),
          ParallelDecoding.Dag.class,
              Map.of("do_sample", false, "num_beams", 1, "dag_strategy", "lookahead"),
          ParallelDecoding.Diffusion.class, Map.of("do_sample", false, "num_beams", 1),
          ParallelDecoding.Refinement.class,
              Map.of(
                  "do_sample",
                  false,
                  "num_beams",
                  1,
                  "refinement",
                  "mask_predict",
                  "max_iterations",
                  4),
          ParallelDecoding.Edits.class,
              Map.of("do_sample", false, "num_beams", 1, "max_iterations", 5));

  private static final List<Decoding> FAMILIES =
      List.of(
          Decoding.greedy(),
          Decoding.sampling(),
          Decoding.beam(3),
          Decoding.contrastive(0.6, 4),
          ParallelDecoding.maskPredict(4),
          ParallelDecoding.edits(5),
          ParallelDecoding.ctcBeam(5),
          ParallelDecoding.dag(DagStrategy.LOOKAHEAD),
          ParallelDecoding.diffusion());

  /** What a model's folder might ask for: every other family at once. */
  private static final GenerationOptions LOUD_MODEL =
      GenerationOptions.builder()
          .set(Option.DO_SAMPLE, true)
          .numBeams(6)
          .set(Option.NUM_BEAM_GROUPS, 3)
          .set(Option.PENALTY_ALPHA, 0.5)
          .set(Option.FORCE_WORDS_IDS, List.of(List.of(List.of(1))))
          .build();

  @Test
  void every_family_is_covered_here() {
    Set<Class<?>> families = new HashSet<>(Set.of(Decoding.class.getPermittedSubclasses()));
    families.remove(ParallelDecoding.class);
    families.addAll(Set.of(ParallelDecoding.class.getPermittedSubclasses()));
    assertThat(FAMILIES.stream().map(Object::getClass).collect(Collectors.toSet()))
        .isEqualTo(families);
    assertThat(CHOICES.keySet()).isEqualTo(families);
  }

  @Test
  void each_family_sets_the_options_that_choose_it() {
    for (Decoding family : FAMILIES) {
      assertThat(family.settings().toMap()).containsAllEntriesOf(CHOICES.get(family.getClass()));
    }
  }

  @Test
  void each_family_holds_against_a_model_that_asks_for_all_the_others() {
    for (Decoding family : FAMILIES) {
      GenerationOptions effective =
          GenerationOptions.builder().decoding(family).build().orElse(LOUD_MODEL);
      Map<String, Object> choice = CHOICES.get(family.getClass());
      for (String name :
          List.of(
              "do_sample", "num_beams", "num_beam_groups", "penalty_alpha", "force_words_ids")) {
        Option<?> option = Option.named(name).orElseThrow();
        assertThat((Object) effective.get(option).orElse(null))
            .as("%s of %s", name, family)
            .isEqualTo(choice.get(name));
      }
    }
  }

  @Test
  void what_a_family_leaves_unset_comes_from_below() {
    GenerationOptions model = GenerationOptions.builder().topK(7).lengthPenalty(2).build();
    GenerationOptions effective =
        GenerationOptions.builder().decoding(Decoding.beam(4)).build().orElse(model);
    assertThat(effective.get(Option.LENGTH_PENALTY)).contains(2.0);
    assertThat(effective.get(Option.TOP_K)).contains(7);
  }

  @Test
  void a_family_goes_over_what_was_set_before_it_and_under_what_is_set_after() {
    GenerationOptions options =
        GenerationOptions.builder()
            .numBeams(2)
            .maxNewTokens(9)
            .decoding(Decoding.sampling().topK(5))
            .topK(6)
            .build();
    assertThat(options.get(Option.NUM_BEAMS)).contains(1);
    assertThat(options.get(Option.MAX_NEW_TOKENS)).contains(9);
    assertThat(options.get(Option.TOP_K)).contains(6);
  }

  @Test
  void settings_of_sampling_are_copies() {
    Decoding.Sampling plain = Decoding.sampling();
    Decoding.Sampling full =
        plain.temperature(0.8).topK(3).topP(0.9).minP(0.1).set(Option.TYPICAL_P, 0.5);
    assertThat(plain).isEqualTo(Decoding.sampling());
    assertThat(full.settings().toMap())
        .containsEntry("temperature", 0.8)
        .containsEntry("top_k", 3)
        .containsEntry("top_p", 0.9)
        .containsEntry("min_p", 0.1)
        .containsEntry("typical_p", 0.5);
  }

  @Test
  void settings_of_beams_are_copies() {
    Decoding.Beam plain = Decoding.beam(4);
    Decoding.Beam full =
        plain
            .lengthPenalty(-1)
            .earlyStopping(EarlyStopping.NEVER)
            .numReturnSequences(4)
            .groups(2, 0.5)
            .forceWords(List.of(List.of(List.of(1), List.of(2, 3))))
            .sampled();
    assertThat(plain).isEqualTo(Decoding.beam(4));
    assertThat(full.settings().toMap())
        .containsEntry("length_penalty", -1.0)
        .containsEntry("early_stopping", "never")
        .containsEntry("num_return_sequences", 4)
        .containsEntry("num_beam_groups", 2)
        .containsEntry("diversity_penalty", 0.5)
        .containsEntry("force_words_ids", List.of(List.of(List.of(1), List.of(2, 3))))
        .containsEntry("do_sample", true)
        .containsEntry("num_beams", 4);
  }

  @Test
  void values_that_would_choose_another_family_are_refused() {
    assertThatExceptionOfType(InvalidRequestException.class)
        .isThrownBy(() -> Decoding.beam(1))
        .withMessageContaining("num_beams")
        .withMessageContaining("found 1")
        .withMessageContaining("greedy()");
    assertThatExceptionOfType(InvalidRequestException.class)
        .isThrownBy(() -> Decoding.contrastive(0, 4))
        .withMessageContaining("penalty_alpha");
    assertThatExceptionOfType(InvalidRequestException.class)
        .isThrownBy(() -> Decoding.contrastive(0.6, 1))
        .withMessageContaining("top_k");
    assertThatExceptionOfType(InvalidRequestException.class)
        .isThrownBy(() -> Decoding.contrastive(Double.NaN, 4))
        .withMessageContaining("penalty_alpha");
  }
}
