package io.loquent.decoding.parallel.ctc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.loquent.FinishReason;
import io.loquent.FrameSpan;
import io.loquent.decoding.ChosenToken;
import io.loquent.decoding.Hypothesis;
import io.loquent.decoding.Runs;
import io.loquent.decoding.parallel.ParallelSearch;
import io.loquent.decoding.parallel.ParallelSetup;
import io.loquent.decoding.parallel.ScriptedCanvasModel;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Random;
import org.junit.jupiter.api.Test;

class GreedyTest {

  @Test
  void repetitions_collapse_and_blanks_divide() {
    Hypothesis result = Frames.decode(Frames.saying(4, 0, 1, 1, 0, 1, 2, 2, 3, 0)).get(0);
    assertThat(Frames.ids(result)).containsExactly(1, 1, 2, 3);
    assertThat(result.tokens().stream().map(token -> token.span().orElseThrow()))
        .containsExactly(span(1, 2), span(4, 4), span(5, 6), span(7, 7));
    assertThat(result.finishReason()).isEqualTo(FinishReason.END_OF_SEQUENCE);
    assertThat(result.words()).isEmpty();
  }

  /** What wav2vec2 models of random weights said, special tokens and all. */
  @Test
  void every_token_but_the_blank_is_kept() {
    float[][] first =
        Frames.saying(32, 5, 16, 4, 11, 1, 16, 3, 16, 4, 4, 1, 1, 4, 16, 16, 4, 27, 1);
    assertThat(Frames.ids(Frames.decode(first).get(0)))
        .containsExactly(5, 16, 4, 11, 1, 16, 3, 16, 4, 1, 4, 16, 4, 27, 1);
    float[][] second = Frames.saying(32, 11, 3, 0, 4, 3, 30, 19, 3, 27, 5, 25, 5, 25, 5);
    assertThat(Frames.ids(Frames.decode(second).get(0)))
        .containsExactly(11, 3, 4, 3, 30, 19, 3, 27, 5, 25, 5, 25, 5);
  }

  @Test
  void the_best_path_is_not_the_best_sequence() {
    float[][] frames = Frames.probabilities(new double[] {0.6, 0.4, 0}, new double[] {0.6, 0.4, 0});
    Hypothesis result = Frames.decode(frames).get(0);
    assertThat(result.tokens()).isEmpty();
    assertThat(result.score()).isCloseTo(Math.log(0.36), within(1e-6));
  }

  @Test
  void a_score_is_the_log_probability_of_the_best_path() {
    float[][] frames = Frames.random(new Random(5), 12, 7);
    double expected = 0;
    for (float[] frame : frames) {
      double best = Double.NEGATIVE_INFINITY;
      for (int id = 0; id < frame.length; id++) {
        best = Math.max(best, Frames.logProbability(frame, id));
      }
      expected += best;
    }
    assertThat(Frames.decode(frames).get(0).score()).isCloseTo(expected, within(1e-5));
  }

  @Test
  void a_token_has_the_log_probabilities_of_its_surest_frame() {
    float[][] frames =
        Frames.probabilities(new double[] {0.3, 0.6, 0.1}, new double[] {0.1, 0.8, 0.1});
    ChosenToken token =
        Frames.decode(frames, "sequence_bias", List.of(List.of(List.of(1), 1.0)), "top_logprobs", 2)
            .get(0)
            .tokens()
            .get(0);
    double normal = Math.log(0.8 * Math.E + 0.2);
    assertThat(token.rawLogProbability()).isCloseTo(Math.log(0.8), within(1e-6));
    assertThat(token.logProbability()).isCloseTo(Math.log(0.8) + 1 - normal, within(1e-6));
    assertThat(token.top()).hasSize(2);
    assertThat(token.top().get(0).id()).isEqualTo(1);
    assertThat(token.top().get(0).logProbability()).isEqualTo(token.logProbability());
  }

  @Test
  void suppressed_tokens_and_single_bad_words_are_never_said() {
    float[][] frames =
        Frames.probabilities(new double[] {0.1, 0.5, 0.3, 0.1}, new double[] {0.1, 0.2, 0.6, 0.1});
    assertThat(Frames.ids(Frames.decode(frames, "suppress_tokens", List.of(1)).get(0)))
        .containsExactly(2);
    assertThat(Frames.ids(Frames.decode(frames, "bad_words_ids", List.of(List.of(2))).get(0)))
        .containsExactly(1);
  }

  @Test
  void spans_have_seconds_and_words_where_these_are_known() {
    CtcVocabulary vocabulary = CtcVocabulary.of(List.of("", "|", "a", "b"));
    ParallelSearch search =
        CtcSearches.of(
            new ParallelSetup(
                Runs.setup(4, new int[0]),
                Frames.model(4, OptionalInt.empty(), OptionalDouble.of(0.02)),
                new int[0],
                null),
            vocabulary,
            null);
    Hypothesis result =
        Frames.decode(Frames.saying(4, 1, 0, 2, 3, 3, 0, 1, 1, 0, 3, 1), search).get(0);
    assertThat(result.words()).extracting("text").containsExactly("ab", "b");
    FrameSpan first = result.words().get(0).span();
    assertThat(first.first()).isEqualTo(2);
    assertThat(first.last()).isEqualTo(4);
    assertThat(first.startSeconds().orElseThrow()).isCloseTo(0.04, within(1e-9));
    assertThat(first.endSeconds().orElseThrow()).isCloseTo(0.1, within(1e-9));
  }

  @Test
  void frames_bound_the_length_unless_options_do() {
    int[] tokens = new int[60];
    for (int frame = 0; frame < tokens.length; frame++) {
      tokens[frame] = 1 + frame % 2;
    }
    float[][] frames = Frames.saying(3, tokens);
    assertThat(Frames.decode(frames).get(0).tokens()).hasSize(60);
    Hypothesis cut = Frames.decode(frames, "max_new_tokens", 7).get(0);
    assertThat(cut.tokens()).hasSize(7);
    assertThat(cut.finishReason()).isEqualTo(FinishReason.MAX_TOKENS);
    Hypothesis ended = Frames.decode(frames, "eos_token_id", 2).get(0);
    assertThat(Frames.ids(ended)).containsExactly(1, 2);
  }

  @Test
  void a_batch_gives_what_its_rows_give_alone() {
    Random random = new Random(11);
    float[][] one = Frames.random(random, 9, 5);
    float[][] other = Frames.random(random, 4, 5);
    float[][] none = new float[0][5];
    for (int beams : new int[] {1, 6}) {
      ParallelSearch[] searches = {search(beams), search(beams), search(beams)};
      ScriptedCanvasModel.run(Frames.script(one, none, other), searches);
      assertThat(searches[0].results()).isEqualTo(Frames.decode(one, search(beams)));
      assertThat(searches[1].results().get(0).tokens()).isEmpty();
      assertThat(searches[2].results()).isEqualTo(Frames.decode(other, search(beams)));
    }
  }

  private static ParallelSearch search(int beams) {
    return Frames.search(5, "num_beams", beams);
  }

  @Test
  void a_search_that_is_stopped_before_it_begins_has_an_empty_result() {
    ParallelSearch search = Frames.search(3);
    search.finish(FinishReason.CANCELLED);
    assertThat(search.isFinished()).isTrue();
    assertThat(search.results())
        .containsExactly(new Hypothesis(List.of(), 0, FinishReason.CANCELLED));
  }

  private static FrameSpan span(int first, int last) {
    return new FrameSpan(first, last, OptionalDouble.empty());
  }
}
