package io.loquent.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.loquent.Candidate;
import io.loquent.GenerationRequest;
import io.loquent.GenerationResult;
import io.loquent.Generator;
import io.loquent.Option;
import io.loquent.Token;
import io.loquent.runtime.Goldens.Case;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Every recorded generation of every fixture, token for token. */
final class GoldenTest {

  private static final double EXACT = 1e-4;

  /**
   * Half-precision logits between 8 and 16 come in steps of 0.008, and kernels round differently.
   */
  private static final double HALF = 2e-2;

  /**
   * The recorded numbers recompute the whole prefix at each step, so the graph quantized other
   * activations together than a run with a cache does.
   */
  private static final double DYNAMIC_INT8 = 0.35;

  private record Suite(
      String fixture, String file, String precision, double tolerance, boolean graphAdditions) {

    Suite(String fixture, String file, String precision, double tolerance) {
      this(fixture, file, precision, tolerance, true);
    }
  }

  /** The layouts whose graphs are changed while they are loaded, once more as they are. */
  private static final List<String> WITH_ADDITIONS =
      List.of(
          "gpt2-tiny",
          "gpt2-tiny-nocache",
          "gpt2-tiny-legacy",
          "gpt2-tiny-merged",
          "gpt2-tiny-external",
          "llama-tiny",
          "llama-tiny-gqa");

  private static final List<Suite> SUITES =
      List.of(
          new Suite("gpt2-tiny", "goldens.json", "auto", EXACT),
          new Suite("gpt2-tiny-nocache", "goldens.json", "auto", EXACT),
          new Suite("gpt2-tiny-legacy", "goldens.json", "auto", EXACT),
          new Suite("gpt2-tiny-merged", "goldens.json", "auto", EXACT),
          new Suite("gpt2-tiny-external", "goldens.json", "auto", EXACT),
          new Suite("gpt2-tiny-hub", "goldens.json", "fp32", EXACT),
          new Suite("gpt2-tiny-hub", "goldens_fp16.json", "fp16", HALF),
          new Suite("gpt2-tiny-hub", "goldens_quantized.json", "q8", DYNAMIC_INT8),
          new Suite("llama-tiny", "goldens.json", "auto", EXACT),
          new Suite("llama-tiny-gqa", "goldens.json", "auto", EXACT),
          new Suite("t5-tiny", "goldens.json", "auto", EXACT),
          new Suite("t5-tiny-merged", "goldens.json", "auto", EXACT),
          new Suite("bart-tiny", "goldens.json", "auto", EXACT),
          new Suite("marian-tiny", "goldens.json", "auto", EXACT),
          new Suite("marian-tiny-merged", "goldens.json", "auto", EXACT),
          new Suite("lstm-seq2seq-tiny", "goldens.json", "auto", EXACT),
          new Suite("gru-bahdanau-tiny", "goldens.json", "auto", EXACT));

  private static final Map<Suite, Generator> OPEN = new HashMap<>();

  @AfterAll
  static void close() {
    OPEN.values().forEach(Generator::close);
    OPEN.clear();
  }

  private static Generator open(Suite suite) {
    return OPEN.computeIfAbsent(
        suite,
        key ->
            Generator.open(
                Goldens.config(key.fixture)
                    .precision(key.precision)
                    .graphAdditions(key.graphAdditions)
                    .build()));
  }

  @TestFactory
  Stream<DynamicContainer> generates_what_hugging_face_generates() {
    return SUITES.stream().map(this::container);
  }

  @TestFactory
  Stream<DynamicContainer> graphs_as_they_are_in_their_files_do_so_too() {
    return WITH_ADDITIONS.stream()
        .map(fixture -> container(new Suite(fixture, "goldens.json", "auto", EXACT, false)));
  }

  @Test
  void a_dynamic_int8_graph_gives_the_recorded_numbers_when_it_recomputes_like_the_reference() {
    Suite suite = new Suite("gpt2-tiny-hub", "goldens_quantized.json", "q8", EXACT);
    for (Case golden : Goldens.cases(suite.fixture, suite.file)) {
      if (golden.name().contains("greedy")) {
        GenerationRequest request =
            GenerationRequest.tokens(golden.inputs().get(0))
                .options(golden.options())
                .options(o -> o.set(Option.USE_CACHE, false))
                .build();
        Candidate candidate = open(suite).generate(request).best();
        check(golden, 0, candidate, golden.generated().get(0), EXACT);
      }
    }
  }

  private DynamicContainer container(Suite suite) {
    List<DynamicTest> tests = new ArrayList<>();
    for (Case golden : Goldens.cases(suite.fixture, suite.file)) {
      if (!golden.name().startsWith("nopos_")) {
        tests.add(DynamicTest.dynamicTest(golden.name(), () -> check(suite, golden)));
      }
    }
    return DynamicContainer.dynamicContainer(suite.fixture + " " + suite.file, tests);
  }

  private void check(Suite suite, Case golden) {
    List<Candidate> candidates = new ArrayList<>();
    for (GenerationResult result : open(suite).generateAll(golden.requests())) {
      candidates.addAll(result.candidates());
    }
    List<int[]> expected = golden.generated();
    assertThat(candidates).hasSameSizeAs(expected);
    for (int row = 0; row < expected.size(); row++) {
      if (golden.constraintsMet(row)) {
        check(golden, row, candidates.get(row), expected.get(row), suite.tolerance);
      }
    }
  }

  private void check(Case golden, int row, Candidate candidate, int[] expected, double tolerance) {
    assertThat(candidate.ids()).as("row %d", row).containsExactly(expected);
    if (golden.hasScores()) {
      assertClose(candidate.score(), golden.score(row), tolerance);
    }
    if (golden.hasLogProbabilities()) {
      double[] expectedLogProbabilities = golden.logProbabilities(row);
      for (int i = 0; i < expectedLogProbabilities.length; i++) {
        Token token = candidate.tokens().get(i);
        assertClose(token.logProbability(), expectedLogProbabilities[i], tolerance);
      }
    }
  }

  private static void assertClose(double actual, double expected, double tolerance) {
    if (Double.isInfinite(expected)) {
      assertThat(actual).isEqualTo(expected);
    } else {
      assertThat(actual).isCloseTo(expected, within(tolerance));
    }
  }
}
