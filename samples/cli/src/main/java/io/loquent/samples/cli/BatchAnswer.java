package io.loquent.samples.cli;

import io.loquent.Candidate;
import io.loquent.GenerationResult;
import io.loquent.Token;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Writes the answer to one line of a batch. */
final class BatchAnswer {

  private BatchAnswer() {}

  /**
   * The answer to a line that was run.
   *
   * @param texts whether the model has a tokenizer, so that there are texts
   */
  static Map<String, @Nullable Object> of(
      @Nullable Object id, List<GenerationResult> results, boolean texts) {
    Map<String, @Nullable Object> answer = new LinkedHashMap<>();
    answer.put("id", id);
    answer.put("rows", results.stream().map(result -> row(result, texts)).toList());
    answer.put("usage", usage(results));
    return answer;
  }

  /** The answer to a line that could not be run. */
  static Map<String, @Nullable Object> error(@Nullable Object id, Throwable error) {
    Map<String, @Nullable Object> details = new LinkedHashMap<>();
    details.put("type", error.getClass().getSimpleName().replaceFirst("Exception$", ""));
    details.put("message", OneLineErrors.message(error));
    Map<String, @Nullable Object> answer = new LinkedHashMap<>();
    answer.put("id", id);
    answer.put("error", details);
    return answer;
  }

  private static Map<String, Object> row(GenerationResult result, boolean texts) {
    return Map.of(
        "sequences",
        result.candidates().stream().map(candidate -> sequence(candidate, texts)).toList());
  }

  private static Map<String, Object> sequence(Candidate candidate, boolean texts) {
    Map<String, Object> sequence = new LinkedHashMap<>();
    sequence.put("ids", candidate.ids());
    if (texts) {
      sequence.put("text", candidate.text());
    }
    sequence.put("score", candidate.score());
    sequence.put("logprobs", candidate.tokens().stream().map(Token::logProbability).toList());
    if (candidate.tokens().stream().anyMatch(token -> !token.top().isEmpty())) {
      sequence.put("top_logprobs", candidate.tokens().stream().map(BatchAnswer::top).toList());
    }
    sequence.put("finish_reason", candidate.finishReason());
    return sequence;
  }

  private static List<Map<String, Object>> top(Token token) {
    return token.top().stream()
        .map(
            alternative -> {
              Map<String, Object> json = new LinkedHashMap<>();
              json.put("id", alternative.id());
              json.put("logprob", alternative.logProbability());
              return json;
            })
        .toList();
  }

  /**
   * Tokens are summed over the rows. Model runs are those of the row that took part in most: rows
   * share their runs, so a sum would count them several times.
   */
  private static Map<String, Object> usage(List<GenerationResult> results) {
    Map<String, Object> usage = new LinkedHashMap<>();
    usage.put("prompt_tokens", results.stream().mapToLong(r -> r.usage().promptTokens()).sum());
    usage.put(
        "generated_tokens", results.stream().mapToLong(r -> r.usage().generatedTokens()).sum());
    usage.put("model_runs", results.stream().mapToLong(r -> r.usage().modelRuns()).max().orElse(0));
    return usage;
  }
}
