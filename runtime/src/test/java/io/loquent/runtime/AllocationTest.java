package io.loquent.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.loquent.Decoding;
import io.loquent.GenerationOptions;
import io.loquent.GenerationRequest;
import io.loquent.Generator;
import io.loquent.ModelConfig;
import io.loquent.Option;
import io.loquent.TokenStream;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A step takes as much of the Java heap late in a text as early in it: a constant amount for each
 * tensor of the graph, none for each position or vocabulary entry.
 */
final class AllocationTest {

  private static final Path LANGUAGE_MODEL = Paths.get("..", "samples", "models", "lm-shakespeare");

  /** Its graph has 29 inputs and outputs; a vector over its vocabulary takes 4096 bytes. */
  private static final double MOST_PER_TOKEN = 24_000;

  /** An int for each of the 280 positions between the two windows would be 1120. */
  private static final double MOST_GROWTH = 512;

  private static final int TRIES = 3;

  private static final Map<String, Consumer<GenerationOptions.Builder>> STRATEGIES =
      Map.of(
          "greedy",
          o -> o.decoding(Decoding.greedy()),
          "sampling",
          o ->
              o.decoding(
                  Decoding.sampling()
                      .temperature(1.2)
                      .topK(50)
                      .topP(0.95)
                      .minP(0.01)
                      .set(Option.TYPICAL_P, 0.95)
                      .set(Option.EPSILON_CUTOFF, 1e-4)
                      .set(Option.ETA_CUTOFF, 1e-4)),
          "processors",
          o -> o.decoding(Decoding.greedy()).repetitionPenalty(1.1).noRepeatNgramSize(4),
          "stop strings",
          o -> o.decoding(Decoding.greedy()).stopStrings("not in this text"),
          "beams",
          o -> o.decoding(Decoding.beam(4)),
          "sampled beams",
          o -> o.decoding(Decoding.beam(4).sampled()),
          "diverse beams",
          o -> o.decoding(Decoding.beam(4).groups(2, 0.5)),
          "contrastive",
          o -> o.decoding(Decoding.contrastive(0.6, 4)));

  /** Generated tokens between which the bytes are counted. */
  private record Window(int from, int to) {
    double perToken(long[] allocated) {
      return (allocated[to] - allocated[from]) / (double) (to - from);
    }
  }

  private static GenerationRequest.Builder request(
      int tokens, Consumer<GenerationOptions.Builder> strategy) {
    return GenerationRequest.tokens(5, 6, 7)
        .options(o -> o.maxNewTokens(tokens).set(Option.EOS_TOKEN_ID, List.of()).seed(3))
        .options(strategy);
  }

  /** What had been taken when each token was chosen. */
  private static long[] allocated(
      Generator generator, int tokens, Consumer<GenerationOptions.Builder> strategy) {
    long[] allocated = new long[tokens + 1];
    generator.generate(
        request(tokens, strategy)
            .stoppingCriterion(
                sequence -> {
                  if (allocated[sequence.generatedLength()] == 0) {
                    allocated[sequence.generatedLength()] = AllocatedBytes.now();
                  }
                  return false;
                })
            .build());
    return allocated;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "greedy",
        "sampling",
        "processors",
        "stop strings",
        "beams",
        "sampled beams",
        "diverse beams",
        "contrastive"
      })
  void a_token_late_in_a_text_costs_no_more_heap_than_an_early_one(String strategy) {
    Window early = new Window(20, 60);
    Window late = new Window(300, 340);
    double growth = Double.MAX_VALUE;
    double most = Double.MAX_VALUE;
    try (Generator generator =
        Generator.open(ModelConfig.builder(LANGUAGE_MODEL).intraOpThreads(1).build())) {
      // The first tries still pay for classes and for code that is not compiled yet.
      for (int i = 0; i < TRIES && (growth > MOST_GROWTH || most > MOST_PER_TOKEN); i++) {
        long[] allocated = allocated(generator, 345, STRATEGIES.get(strategy));
        growth = Math.min(growth, late.perToken(allocated) - early.perToken(allocated));
        most = Math.min(most, late.perToken(allocated));
      }
    }
    assertThat(growth).as("more bytes per token").isLessThan(MOST_GROWTH);
    assertThat(most).as("bytes per token").isLessThan(MOST_PER_TOKEN);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "gpt2-tiny",
        "gpt2-tiny-nocache",
        "gpt2-tiny-legacy",
        "gpt2-tiny-merged",
        "llama-tiny-gqa",
        "t5-tiny",
        "lstm-seq2seq-tiny"
      })
  void each_kind_of_state_costs_the_same_at_every_length(String fixture) {
    Window early = new Window(20, 40);
    Window late = new Window(90, 110);
    for (String strategy : List.of("greedy", "beams")) {
      double growth = Double.MAX_VALUE;
      double most = Double.MAX_VALUE;
      try (Generator generator = Generator.open(Goldens.config(fixture).build())) {
        for (int i = 0; i < TRIES && (growth > MOST_GROWTH || most > MOST_PER_TOKEN); i++) {
          long[] allocated = allocated(generator, 115, STRATEGIES.get(strategy));
          growth = Math.min(growth, late.perToken(allocated) - early.perToken(allocated));
          most = Math.min(most, late.perToken(allocated));
        }
      }
      assertThat(growth).as("%s: more bytes per token", strategy).isLessThan(MOST_GROWTH);
      assertThat(most).as("%s: bytes per token", strategy).isLessThan(MOST_PER_TOKEN);
    }
  }

  @Test
  void a_streamed_token_late_in_a_text_costs_no_more_heap_than_an_early_one() {
    Window early = new Window(20, 60);
    Window late = new Window(300, 340);
    double growth = Double.MAX_VALUE;
    try (Generator generator =
        Generator.open(ModelConfig.builder(LANGUAGE_MODEL).intraOpThreads(1).build())) {
      for (int i = 0; i < TRIES && growth > MOST_GROWTH; i++) {
        long[] allocated = new long[345];
        try (TokenStream stream =
            generator.stream(request(345, STRATEGIES.get("greedy")).build())) {
          Iterator<?> tokens = stream.iterator();
          for (int token = 0; token < allocated.length; token++) {
            tokens.next();
            allocated[token] = AllocatedBytes.now();
          }
        }
        growth = Math.min(growth, late.perToken(allocated) - early.perToken(allocated));
        assertThat(late.perToken(allocated)).isLessThan(MOST_PER_TOKEN);
      }
    }
    assertThat(growth).as("more bytes per token").isLessThan(MOST_GROWTH);
  }

  /** So that the bound on a whole step cannot hide a vector over the vocabulary. */
  @Test
  void warping_all_scores_takes_no_vector_over_the_vocabulary() {
    Window late = new Window(60, 100);
    double greedy = Double.MAX_VALUE;
    double sampling = Double.MAX_VALUE;
    try (Generator generator =
        Generator.open(ModelConfig.builder(LANGUAGE_MODEL).intraOpThreads(1).build())) {
      for (int i = 0; i < TRIES; i++) {
        greedy =
            Math.min(greedy, late.perToken(allocated(generator, 110, STRATEGIES.get("greedy"))));
        sampling =
            Math.min(
                sampling, late.perToken(allocated(generator, 110, STRATEGIES.get("sampling"))));
      }
    }
    assertThat(sampling - greedy).isLessThan(1024);
  }
}
