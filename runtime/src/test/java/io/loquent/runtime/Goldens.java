package io.loquent.runtime;

import io.loquent.GenerationOptions;
import io.loquent.GenerationRequest;
import io.loquent.ModelConfig;
import io.loquent.Option;
import io.loquent.internal.json.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The recorded cases beside the test's model folders. */
final class Goldens {

  private static final Path FIXTURES = Paths.get("src", "test", "resources", "fixtures");

  private Goldens() {}

  static Path folder(String fixture) {
    return FIXTURES.resolve(fixture);
  }

  static ModelConfig.Builder config(String fixture) {
    return ModelConfig.builder(folder(fixture)).intraOpThreads(1);
  }

  static List<Case> cases(String fixture, String file) {
    try {
      String text =
          new String(Files.readAllBytes(folder(fixture).resolve(file)), StandardCharsets.UTF_8);
      List<Case> cases = new ArrayList<>();
      for (Object json : list(Json.parseObject(text).get("cases"))) {
        cases.add(new Case(object(json)));
      }
      return cases;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A recorded generation. */
  record Case(Map<String, Object> json) {

    String name() {
      return String.valueOf(json.get("name"));
    }

    /** The prompts, or the encoder's inputs, without padding. */
    List<int[]> inputs() {
      List<int[]> inputs = new ArrayList<>();
      List<?> rows = list(json.get("input_ids"));
      List<?> masks = list(json.get("attention_mask"));
      for (int row = 0; row < rows.size(); row++) {
        int[] ids = ints(rows.get(row));
        int[] mask = ints(masks.get(row));
        List<Integer> kept = new ArrayList<>();
        for (int i = 0; i < ids.length; i++) {
          if (mask[i] == 1) {
            kept.add(ids[i]);
          }
        }
        inputs.add(kept.stream().mapToInt(Integer::intValue).toArray());
      }
      return inputs;
    }

    GenerationOptions options() {
      return GenerationOptions.fromMap(object(json.get("kwargs"))).toBuilder()
          .set(Option.PENALIZE_PADDING, true)
          .build();
    }

    List<GenerationRequest> requests() {
      List<GenerationRequest> requests = new ArrayList<>();
      for (int[] ids : inputs()) {
        requests.add(GenerationRequest.tokens(ids).options(options()).build());
      }
      return requests;
    }

    /** The generated tokens of each returned sequence. */
    List<int[]> generated() {
      List<int[]> generated = new ArrayList<>();
      if (json.get("generated") != null) {
        list(json.get("generated")).forEach(row -> generated.add(ints(row)));
        return generated;
      }
      int[] lengths = ints(json.get("generated_lengths"));
      List<?> sequences = list(json.get("sequences"));
      int longest = java.util.Arrays.stream(lengths).max().orElse(0);
      int prompt = ints(sequences.get(0)).length - longest;
      for (int row = 0; row < sequences.size(); row++) {
        int[] ids = ints(sequences.get(row));
        generated.add(java.util.Arrays.copyOfRange(ids, prompt, prompt + lengths[row]));
      }
      return generated;
    }

    /** Whether the reference itself met the constraints in a returned sequence. */
    boolean constraintsMet(int row) {
      return json.get("constraints_met") == null
          || Boolean.TRUE.equals(list(json.get("constraints_met")).get(row));
    }

    boolean hasScores() {
      return json.get("sequences_scores") != null;
    }

    double score(int row) {
      return number(list(json.get("sequences_scores")).get(row));
    }

    boolean hasLogProbabilities() {
      return json.get("token_logprobs") != null;
    }

    double[] logProbabilities(int row) {
      return list(list(json.get("token_logprobs")).get(row)).stream()
          .mapToDouble(Goldens::number)
          .toArray();
    }

    List<String> texts(String member) {
      List<String> texts = new ArrayList<>();
      list(json.get(member)).forEach(text -> texts.add(String.valueOf(text)));
      return texts;
    }
  }

  /** A recorded score; null stands for minus infinity. */
  private static double number(Object json) {
    return json == null ? Double.NEGATIVE_INFINITY : ((Number) json).doubleValue();
  }

  private static int[] ints(Object json) {
    return list(json).stream().mapToInt(value -> ((Number) value).intValue()).toArray();
  }

  static List<?> list(Object json) {
    return (List<?>) json;
  }

  @SuppressWarnings("unchecked")
  static Map<String, Object> object(Object json) {
    return (Map<String, Object>) json;
  }
}
