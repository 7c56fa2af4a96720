package io.loquent.decoding.parallel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNoException;

import io.loquent.DagStrategy;
import io.loquent.GenerationOptions;
import io.loquent.GenerationRequest;
import io.loquent.InvalidRequestException;
import io.loquent.Option;
import io.loquent.decoding.Runs;
import io.loquent.decoding.SearchPrompt;
import io.loquent.decoding.SearchSetup;
import io.loquent.decoding.parallel.ParallelModel.Family;
import io.loquent.decoding.parallel.ParallelModel.LengthMode;
import io.loquent.decoding.parallel.ctc.CtcSearches;
import io.loquent.decoding.parallel.ctc.CtcStream;
import io.loquent.decoding.parallel.dag.DagSearches;
import io.loquent.decoding.parallel.diffusion.DiffusionSearches;
import io.loquent.decoding.parallel.refine.RefinementSearches;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ReadOptionsTest {

  private static final int MASK = 1;
  private static final int END = 3;
  private static final int VOCABULARY = 8;
  private static final int[] SOURCE = {4, MASK, 5};

  /** Among these every option finds a value that asks for something. */
  private static final List<Object> VALUES =
      List.of(
          true,
          false,
          2,
          0.5,
          -0.5,
          List.of(4),
          List.of(List.of(4)),
          List.of(List.of(List.of(4), 0.5)),
          List.of(4, 1.5),
          List.of("<a>", "</a>"),
          Map.of("regex", "a+"),
          "never",
          "keep_newest",
          "easy_first",
          "greedy",
          "random",
          "dual",
          "somewhere");

  /**
   * A way to decode.
   *
   * @param family whose models decode that way; null for a stream
   * @param read what it says that it reads
   * @param chosenBy options that choose it
   */
  private record Way(Family family, Set<Option<?>> read, GenerationOptions chosenBy) {

    Way(Family family, Set<Option<?>> read, Object... chosenBy) {
      this(family, read, Runs.options(chosenBy));
    }

    @Override
    public String toString() {
      return family + " " + chosenBy;
    }
  }

  static Stream<Way> ways() {
    List<Way> ways = new ArrayList<>();
    for (Family family : List.of(Family.CONDITIONAL_MASKED, Family.MASKED_LANGUAGE_MODEL)) {
      boolean isGiven = family == Family.MASKED_LANGUAGE_MODEL;
      Set<Option<?>> ofRuns = ReadOptions.ofRuns(isGiven);
      ways.add(new Way(family, ofRuns, "refinement", "mask_predict"));
      ways.add(new Way(family, ofRuns, "refinement", "iterative_refinement"));
      ways.add(new Way(family, ReadOptions.ofEasyFirst(isGiven), "refinement", "easy_first"));
    }
    ways.add(new Way(Family.LEVENSHTEIN, ReadOptions.ofEdits()));
    ways.add(new Way(Family.INSERTION, ReadOptions.ofEdits()));
    ways.add(new Way(Family.MASKED_DIFFUSION, ReadOptions.ofDiffusion()));
    for (DagStrategy strategy : DagStrategy.values()) {
      String name = strategy.name().toLowerCase(Locale.ROOT);
      ways.add(new Way(Family.DIRECTED_ACYCLIC, ReadOptions.ofDag(strategy), "dag_strategy", name));
    }
    for (int beams : new int[] {1, 4}) {
      ways.add(new Way(Family.CTC, ReadOptions.ofCtc(beams > 1), "num_beams", beams));
      ways.add(new Way(null, ReadOptions.ofCtcStream(beams > 1), "num_beams", beams));
    }
    return ways.stream();
  }

  @Test
  void there_is_a_way_for_each_family() {
    assertThat(ways().map(Way::family)).contains(Family.values());
  }

  @ParameterizedTest
  @MethodSource("ways")
  void an_option_is_read_or_refused_by_its_name(Way way) {
    for (Option<?> option : Option.all()) {
      if (way.read().contains(option)) {
        continue;
      }
      for (GenerationOptions asked : asking(option)) {
        assertThatExceptionOfType(InvalidRequestException.class)
            .as("%s for %s", asked, way)
            .isThrownBy(() -> search(way, asked, GenerationOptions.none()))
            .withMessageContaining(option.name());
      }
    }
  }

  @ParameterizedTest
  @MethodSource("ways")
  void a_default_that_is_not_read_is_passed_over(Way way) {
    if (way.family() == null) {
      return; // A stream has no other options than those that it is given.
    }
    for (Option<?> option : Option.all()) {
      if (!way.read().contains(option)) {
        for (GenerationOptions value : asking(option)) {
          assertThatNoException()
              .as("%s for %s", value, way)
              .isThrownBy(() -> search(way, GenerationOptions.none(), value));
        }
      }
    }
  }

  /** What sets an option to something that asks for something; not empty. */
  private static List<GenerationOptions> asking(Option<?> option) {
    List<GenerationOptions> asking =
        VALUES.stream()
            .flatMap(value -> parsed(option, value).stream())
            .filter(options -> OptionRules.isAskedFor(option, options))
            .toList();
    assertThat(asking).as("values for %s", option).isNotEmpty();
    return asking;
  }

  /** Empty if the value is of another kind, or out of range. */
  private static Optional<GenerationOptions> parsed(Option<?> option, Object value) {
    try {
      return Optional.of(GenerationOptions.fromMap(Map.of(option.name(), value)));
    } catch (InvalidRequestException e) {
      return Optional.empty();
    }
  }

  private static void search(Way way, GenerationOptions asked, GenerationOptions defaults) {
    GenerationOptions requested = asked.orElse(way.chosenBy());
    if (way.family() == null) {
      CtcStream.builder(VOCABULARY, 0).options(requested).build();
      return;
    }
    boolean hasPrompt = way.family() == Family.MASKED_DIFFUSION;
    SearchSetup search =
        new SearchSetup(
            GenerationRequest.tokens(SOURCE).options(requested).build(),
            requested.orElse(defaults),
            new SearchPrompt(hasPrompt ? SOURCE : new int[0], SOURCE, Integer.MAX_VALUE),
            VOCABULARY,
            null,
            0);
    ParallelSetup setup = new ParallelSetup(search, model(way.family()), SOURCE, null);
    switch (way.family()) {
      case CONDITIONAL_MASKED, MASKED_LANGUAGE_MODEL, LEVENSHTEIN, INSERTION ->
          RefinementSearches.of(setup);
      case MASKED_DIFFUSION -> DiffusionSearches.of(setup);
      case DIRECTED_ACYCLIC -> DagSearches.of(setup);
      case CTC -> CtcSearches.of(setup, null, null);
    }
  }

  private static ParallelModel model(Family family) {
    return new ParallelModel(
        family,
        VOCABULARY,
        OptionalInt.of(MASK),
        OptionalInt.of(2),
        OptionalInt.of(END),
        OptionalInt.of(0),
        LengthMode.SOURCE,
        0,
        1,
        true,
        0,
        OptionalInt.empty(),
        true);
  }
}
