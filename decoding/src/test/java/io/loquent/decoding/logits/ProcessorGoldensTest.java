package io.loquent.decoding.logits;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.loquent.GenerationOptions;
import io.loquent.GenerationRequest;
import io.loquent.decoding.SearchPrompt;
import io.loquent.decoding.SearchSetup;
import io.loquent.internal.json.Json;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Scores and distributions as Hugging Face transformers computed them. */
class ProcessorGoldensTest {

  private static final Map<String, ?> GOLDENS = read();
  private static final int VOCABULARY = ((Number) GOLDENS.get("vocab_size")).intValue();

  @ParameterizedTest(name = "{0}")
  @MethodSource("processorCases")
  void processes_scores_as_hugging_face(String name, Map<String, ?> golden) {
    List<?> rows = (List<?>) golden.get("input_ids");
    for (int row = 0; row < rows.size(); row++) {
      int[] ids = ints(rows.get(row));
      int promptLength = ((Number) golden.get("prompt_length")).intValue();
      int[] prompt = Arrays.copyOf(ids, promptLength);
      int[] encoder =
          golden.get("encoder_input_ids") instanceof List<?> list ? ints(list.get(row)) : prompt;
      ProcessorChain chain = ProcessorChain.forGreedy(setup(golden, prompt, encoder));

      float[] scores = floats(((List<?>) golden.get("scores")).get(row));
      chain.process(new FixedTokens(promptLength, ids), row, scores);

      float[] expected = floats(((List<?>) golden.get("processed")).get(row));
      assertThat(scores).containsExactly(expected, within(1e-5f));
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("distributionCases")
  void samples_from_the_distribution_of_hugging_face(String name, Map<String, ?> golden) {
    int[] ids = ints(((List<?>) golden.get("input_ids")).get(0));
    SearchSetup setup = setup(golden, ids, ids);
    boolean beams = ((Map<?, ?>) golden.get("kwargs")).containsKey("num_beams");
    ProcessorChain chain =
        beams ? ProcessorChain.forBeams(setup) : ProcessorChain.forSampling(setup);

    float[] scores = floats(golden.get("scores"));
    chain.process(FixedTokens.prompt(ids), 0, scores);

    int[] kept = IntStream.range(0, VOCABULARY).filter(id -> isPossible(scores[id])).toArray();
    assertThat(kept).containsExactly(ints(golden.get("kept")));
    LogProbabilities.logSoftmax(scores);
    List<?> probabilities = (List<?>) golden.get("probabilities");
    for (int id = 0; id < VOCABULARY; id++) {
      assertThat(Math.exp(scores[id]))
          .as("probability of token %d", id)
          .isCloseTo(((Number) probabilities.get(id)).doubleValue(), within(1e-6));
    }
  }

  static Stream<Arguments> processorCases() {
    return cases("processor");
  }

  static Stream<Arguments> distributionCases() {
    return cases("distribution");
  }

  private static Stream<Arguments> cases(String kind) {
    return ((List<?>) GOLDENS.get("cases"))
        .stream()
            .map(golden -> (Map<?, ?>) golden)
            .filter(golden -> kind.equals(golden.get("kind")))
            .map(golden -> Arguments.of(golden.get("name"), golden));
  }

  private static SearchSetup setup(Map<String, ?> golden, int[] prompt, int[] encoder) {
    Map<String, Object> options = new LinkedHashMap<>();
    options.put("eos_token_id", GOLDENS.get("eos_token_id"));
    ((Map<?, ?>) golden.get("kwargs")).forEach((key, value) -> options.put((String) key, value));
    // The reference's release did not know this option yet, and sampled as if it were not there.
    options.remove("top_h");
    GenerationRequest request =
        GenerationRequest.tokens(prompt).options(GenerationOptions.fromMap(options)).build();
    return new SearchSetup(
        request,
        request.options(),
        new SearchPrompt(prompt, encoder, Integer.MAX_VALUE),
        VOCABULARY,
        null,
        0);
  }

  private static boolean isPossible(float score) {
    return score != Float.NEGATIVE_INFINITY;
  }

  private static int[] ints(Object list) {
    return ((List<?>) list).stream().mapToInt(id -> ((Number) id).intValue()).toArray();
  }

  private static float[] floats(Object list) {
    List<?> numbers = (List<?>) list;
    float[] floats = new float[numbers.size()];
    for (int i = 0; i < floats.length; i++) {
      floats[i] =
          numbers.get(i) instanceof Number number ? number.floatValue() : Float.NEGATIVE_INFINITY;
    }
    return floats;
  }

  private static Map<String, ?> read() {
    try (InputStream in =
        ProcessorGoldensTest.class.getResourceAsStream("/fixtures/processors/goldens.json")) {
      return Json.parseObject(new String(in.readAllBytes(), StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
