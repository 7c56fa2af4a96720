package io.loquent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.List;
import org.junit.jupiter.api.Test;

class ParallelDecodingTest {

  @Test
  void settings_of_refinement_are_copies() {
    ParallelDecoding.Refinement plain = ParallelDecoding.easyFirst(4);
    ParallelDecoding.Refinement full =
        plain.lengthBeam(3).rerankModel(Path.of("teacher")).numReturnSequences(2);
    assertThat(plain).isEqualTo(ParallelDecoding.easyFirst(4));
    assertThat(full.settings().toMap())
        .containsEntry("refinement", "easy_first")
        .containsEntry("num_beams", 4)
        .containsEntry("length_beam", 3)
        .containsEntry("rerank_model", "teacher")
        .containsEntry("num_return_sequences", 2)
        .doesNotContainKey("max_iterations");
    assertThat(ParallelDecoding.iterativeRefinement(7).settings().toMap())
        .containsEntry("refinement", "iterative_refinement")
        .containsEntry("max_iterations", 7);
  }

  @Test
  void settings_of_edits_are_copies() {
    ParallelDecoding.Edits plain = ParallelDecoding.edits(6);
    assertThat(plain.eosPenalty(1.5).settings().toMap())
        .containsEntry("max_iterations", 6)
        .containsEntry("eos_penalty", 1.5);
    assertThat(plain).isEqualTo(ParallelDecoding.edits(6));
  }

  @Test
  void settings_of_ctc_beams_are_copies() {
    ParallelDecoding.CtcBeam plain = ParallelDecoding.ctcBeam(50);
    ParallelDecoding.CtcBeam full =
        plain
            .languageModel(Paths.get("words.arpa"))
            .languageModelWeights(0.7, -1)
            .hotwords("Loquent", "New York")
            .hotwordWeight(7)
            .pruning(-12, -6)
            .numReturnSequences(3);
    assertThat(plain).isEqualTo(ParallelDecoding.ctcBeam(50));
    assertThat(full.settings().toMap())
        .containsEntry("num_beams", 50)
        .containsEntry("language_model", "words.arpa")
        .containsEntry("lm_alpha", 0.7)
        .containsEntry("lm_beta", -1.0)
        .containsEntry("hotwords", List.of("Loquent", "New York"))
        .containsEntry("hotword_weight", 7.0)
        .containsEntry("beam_prune_logp", -12.0)
        .containsEntry("token_min_logp", -6.0)
        .containsEntry("num_return_sequences", 3);
    GenerationOptions unpruned = full.unpruned().settings();
    assertThat(unpruned.isOff(Option.BEAM_PRUNE_LOGP)).isTrue();
    assertThat(unpruned.isOff(Option.TOKEN_MIN_LOGP)).isTrue();
  }

  @Test
  void settings_of_paths_through_graphs_are_copies() {
    ParallelDecoding.Dag plain = ParallelDecoding.dag(DagStrategy.SAMPLE);
    ParallelDecoding.Dag full = plain.numReturnSequences(3).set(Option.TEMPERATURE, 0.5);
    assertThat(plain).isEqualTo(ParallelDecoding.dag(DagStrategy.SAMPLE));
    assertThat(full.settings().toMap())
        .containsEntry("dag_strategy", "sample")
        .containsEntry("do_sample", true)
        .containsEntry("num_return_sequences", 3)
        .containsEntry("temperature", 0.5);
    assertThat(ParallelDecoding.dag(DagStrategy.LOOKAHEAD).beta(0.5).settings().toMap())
        .containsEntry("dag_beta", 0.5);
    assertThat(ParallelDecoding.dagBeam(20).lengthPenalty(1.1).settings().toMap())
        .containsEntry("dag_strategy", "beam")
        .containsEntry("num_beams", 20)
        .containsEntry("length_penalty", 1.1);
  }

  @Test
  void settings_of_masked_diffusion_are_copies() {
    ParallelDecoding.Diffusion plain = ParallelDecoding.diffusion();
    ParallelDecoding.Diffusion full =
        plain
            .blockLength(32)
            .order(UnmaskingOrder.MARGIN)
            .cache(DiffusionCache.DUAL)
            .sampled(0.7)
            .set(Option.REMASKING, 0.2);
    assertThat(plain).isEqualTo(ParallelDecoding.diffusion());
    assertThat(full.settings().toMap())
        .containsEntry("block_length", 32)
        .containsEntry("unmasking_order", "margin")
        .containsEntry("diffusion_cache", "dual")
        .containsEntry("do_sample", true)
        .containsEntry("temperature", 0.7)
        .containsEntry("remasking", 0.2);
    assertThat(plain.steps(8).settings().toMap()).containsEntry("steps", 8);
    assertThat(plain.threshold(0.9).settings().toMap()).containsEntry("threshold", 0.9);
    assertThat(plain.factor(1.5).settings().toMap()).containsEntry("factor", 1.5);
  }

  @Test
  void a_beam_search_through_a_graph_needs_a_width() {
    assertThatExceptionOfType(InvalidRequestException.class)
        .isThrownBy(() -> ParallelDecoding.dag(DagStrategy.BEAM))
        .withMessageContaining("dagBeam()");
  }
}
