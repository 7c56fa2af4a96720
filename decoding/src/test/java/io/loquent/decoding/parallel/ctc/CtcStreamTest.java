package io.loquent.decoding.parallel.ctc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.loquent.GenerationOptions;
import io.loquent.InvalidRequestException;
import io.loquent.decoding.ChosenToken;
import io.loquent.decoding.Hypothesis;
import io.loquent.decoding.Runs;
import io.loquent.decoding.lm.NgramModel;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CtcStreamTest {

  private static final CtcVocabulary LETTERS = CtcVocabulary.of(List.of("", "|", "a", "b", "c"));

  private static final NgramModel WORDS =
      Frames.languageModel(
          "\\data\\\nngram 1=4\n\\1-grams:\n-1 a\n-1 ab\n-1 cab\n-2 <unk>\n\\end\\\n");

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 5, 30})
  void any_chunks_give_what_all_frames_at_once_give(int beams) {
    for (int seed = 0; seed < 40; seed++) {
      Random random = new Random(seed);
      float[][] frames = Frames.random(random, random.nextInt(40), 5);
      boolean fused = beams > 1 && seed % 2 == 1;
      List<Object> options = new ArrayList<>(List.of("num_beams", beams));
      options.addAll(List.of("num_return_sequences", beams));
      if (fused) {
        options.addAll(List.of("hotwords", "cab", "lm_alpha", 0.8, "language_model", "test"));
      }
      CtcStream.Builder builder =
          CtcStream.builder(5, 0).vocabulary(LETTERS).options(Runs.options(options.toArray()));
      CtcStream stream = (fused ? builder.languageModel(WORDS) : builder).build();
      feed(stream, frames, random);
      List<Hypothesis> expected =
          Frames.decode(
              frames.length == 0 ? new float[0][5] : frames,
              Frames.search(
                  Runs.setup(5, new int[0], options.toArray()), LETTERS, fused ? WORDS : null));
      assertThat(stream.frames()).isEqualTo(frames.length);
      assertThat(stream.finish()).isEqualTo(expected);
    }
  }

  @Test
  void committed_tokens_never_change_and_are_a_part_of_what_is_shown() {
    for (int seed = 0; seed < 60; seed++) {
      Random random = new Random(seed);
      float[][] frames = Frames.random(random, 50, 5);
      CtcStream stream =
          CtcStream.builder(5, 0)
              .vocabulary(LETTERS)
              .options(GenerationOptions.builder().numBeams(1 + seed % 6).build())
              .pruneHistory(seed % 3 == 0)
              .build();
      List<Integer> before = List.of();
      for (float[] frame : frames) {
        stream.accept(frame);
        List<Integer> committed = ids(stream.committed());
        assertThat(committed.size()).isGreaterThanOrEqualTo(before.size());
        assertThat(committed.subList(0, before.size())).isEqualTo(before);
        List<Integer> shown = ids(stream.tokens());
        assertThat(shown.subList(0, committed.size())).isEqualTo(committed);
        before = committed;
      }
      List<Integer> result = ids(stream.finish().get(0).tokens());
      assertThat(result.subList(0, before.size())).isEqualTo(before);
      assertThat(ids(stream.committed())).isEqualTo(result);
      assertThat(ids(stream.tokens())).isEqualTo(result);
    }
  }

  @Test
  void what_is_sure_is_committed_soon_where_history_is_pruned() {
    // "ca" or "ba" first, which nothing behind it decides.
    float[][] frames =
        Frames.probabilities(
            new double[] {0.001, 0.001, 0.001, 0.497, 0.5},
            new double[] {0.001, 0.001, 0.996, 0.001, 0.001},
            new double[] {0.001, 0.996, 0.001, 0.001, 0.001},
            new double[] {0.001, 0.001, 0.996, 0.001, 0.001},
            new double[] {0.001, 0.996, 0.001, 0.001, 0.001});
    assertThat(committed(frames, false)).isEmpty();
    assertThat(committed(frames, true)).startsWith(4, 2, 1);
  }

  private static List<Integer> committed(float[][] frames, boolean prunes) {
    CtcStream stream =
        CtcStream.builder(5, 0)
            .vocabulary(LETTERS)
            .options(GenerationOptions.builder().numBeams(10).build())
            .pruneHistory(prunes)
            .build();
    for (float[] frame : frames) {
      stream.accept(frame);
    }
    return ids(stream.committed());
  }

  @Test
  void pruned_history_does_not_depend_on_chunks_either() {
    for (int seed = 0; seed < 20; seed++) {
      float[][] frames = Frames.random(new Random(seed), 30, 5);
      CtcStream one = pruning();
      CtcStream other = pruning();
      feed(one, frames, new Random(1));
      feed(other, frames, new Random(2));
      assertThat(one.finish()).isEqualTo(other.finish());
    }
  }

  private static CtcStream pruning() {
    return CtcStream.builder(5, 0)
        .options(GenerationOptions.builder().numBeams(8).build())
        .vocabulary(LETTERS)
        .languageModel(WORDS)
        .pruneHistory(true)
        .build();
  }

  @Test
  void text_and_times_are_there_at_any_time() {
    CtcStream stream = CtcStream.builder(5, 0).vocabulary(LETTERS).frameSeconds(0.5).build();
    stream.accept(flat(Frames.saying(5, 4, 2, 3), 0, 3));
    assertThat(stream.text()).isEqualTo("cab");
    stream.accept(flat(Frames.saying(5, 3, 1, 1, 2), 0, 4));
    assertThat(stream.text()).isEqualTo("cab a");
    Hypothesis result = stream.finish().get(0);
    assertThat(result.words()).extracting("text").containsExactly("cab", "a");
    assertThat(result.words().get(0).span().endSeconds()).hasValue(2.0);
    assertThat(result.words().get(1).span().startSeconds()).hasValue(3.0);
  }

  @Test
  void misuse_is_refused() {
    CtcStream stream = CtcStream.builder(5, 0).build();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> stream.accept(new float[7]))
        .withMessageContaining("7 logits");
    assertThatIllegalStateException().isThrownBy(stream::text).withMessageContaining("vocabulary");
    stream.finish();
    assertThatIllegalStateException()
        .isThrownBy(() -> stream.accept(new float[5]))
        .withMessageContaining("finished");
    assertThatIllegalArgumentException().isThrownBy(() -> CtcStream.builder(5, 5));
    refused(CtcStream.builder(5, 0).pruneHistory(true), "pruneHistory");
    refused(
        CtcStream.builder(5, 0).options(Runs.options("stop_strings", "x")),
        "stop_strings is set, but a CTC stream");
    refused(
        CtcStream.builder(5, 0).options(Runs.options("num_beams", 2, "language_model", "x.arpa")),
        "NgramModel.read");
    refused(
        CtcStream.builder(5, 0)
            .vocabulary(LETTERS)
            .options(Runs.options("num_beams", 2, "lm_alpha", 1)),
        "lm_alpha");
  }

  private static void refused(CtcStream.Builder builder, String problem) {
    assertThatExceptionOfType(InvalidRequestException.class)
        .isThrownBy(builder::build)
        .withMessageContaining(problem);
  }

  private static void feed(CtcStream stream, float[][] frames, Random random) {
    int from = 0;
    while (from < frames.length) {
      int to = Math.min(frames.length, from + random.nextInt(6));
      stream.accept(flat(frames, from, to));
      if (random.nextBoolean()) {
        stream.committed();
      }
      from = to;
    }
  }

  private static float[] flat(float[][] frames, int from, int to) {
    float[] flat = new float[5 * (to - from)];
    for (int frame = from; frame < to; frame++) {
      System.arraycopy(frames[frame], 0, flat, 5 * (frame - from), 5);
    }
    return flat;
  }

  private static List<Integer> ids(List<ChosenToken> tokens) {
    return tokens.stream().map(ChosenToken::id).toList();
  }
}
