package io.loquent.decoding;

import io.loquent.GenerationOptions;
import io.loquent.GenerationRequest;
import io.loquent.decoding.search.Searches;
import io.loquent.spi.Tokenizer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/** Sets searches up and runs them to their end. */
public final class Runs {

  private Runs() {}

  /** Reads options from names and values in turn. */
  public static GenerationOptions options(Object... namesAndValues) {
    Map<String, Object> map = new LinkedHashMap<>();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      map.put((String) namesAndValues[i], namesAndValues[i + 1]);
    }
    return GenerationOptions.fromMap(map);
  }

  public static SearchSetup setup(int vocabulary, int[] prompt, Object... namesAndValues) {
    return setup(vocabulary, prompt, null, request -> request, namesAndValues);
  }

  public static SearchSetup setup(
      int vocabulary,
      int[] prompt,
      Tokenizer tokenizer,
      UnaryOperator<GenerationRequest.Builder> edit,
      Object... namesAndValues) {
    GenerationOptions options = options(namesAndValues);
    GenerationRequest request =
        edit.apply(GenerationRequest.tokens(prompt).options(options)).build();
    return new SearchSetup(
        request,
        options,
        new SearchPrompt(prompt, prompt, Integer.MAX_VALUE),
        vocabulary,
        tokenizer,
        options.get(io.loquent.Option.SEED).orElse(0L));
  }

  /** A loop in which the failure of a search is the failure of the step. */
  public static DecodingLoop loop(DecodingState state, List<? extends Search> searches) {
    return new DecodingLoop(
        state,
        searches,
        (search, failure) -> {
          if (failure instanceof Error error) {
            throw error;
          }
          throw (RuntimeException) failure;
        });
  }

  /** Runs one request over a scripted model. */
  public static List<Hypothesis> run(ScriptedModel.Script script, SearchSetup setup) {
    return run(ScriptedModel.of(setup.vocabularySize(), script, setup.prompt().ids()), setup);
  }

  public static List<Hypothesis> run(ScriptedModel model, SearchSetup setup) {
    Search search = Searches.of(setup);
    try (DecodingLoop loop = loop(model, List.of(search))) {
      while (loop.step()) {
        check(search);
      }
    }
    check(search);
    return search.results();
  }

  /** What has to hold between any two steps. */
  private static void check(Search search) {
    if (search.isFinished() != (search.rows() == 0)) {
      throw new AssertionError("a search has rows exactly while it is not finished");
    }
    for (int i = 0; i < search.settled(); i++) {
      if (search.isFinished() && !search.token(i).equals(search.results().get(0).tokens().get(i))) {
        throw new AssertionError("a settled token changed");
      }
    }
  }

  public static List<Integer> ids(Hypothesis hypothesis) {
    return hypothesis.tokens().stream().map(ChosenToken::id).toList();
  }

  public static List<List<Integer>> ids(List<Hypothesis> hypotheses) {
    return hypotheses.stream().map(Runs::ids).toList();
  }
}
