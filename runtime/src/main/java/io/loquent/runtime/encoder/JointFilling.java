package io.loquent.runtime.encoder;

import io.loquent.GenerationOptions;
import io.loquent.GenerationRequest;
import io.loquent.InvalidRequestException;
import io.loquent.Option;
import io.loquent.decoding.ChosenToken;
import io.loquent.decoding.Hypothesis;
import io.loquent.decoding.SearchPrompt;
import io.loquent.decoding.SearchSetup;
import io.loquent.decoding.parallel.ParallelLoop;
import io.loquent.decoding.parallel.ParallelModel;
import io.loquent.decoding.parallel.ParallelSearch;
import io.loquent.decoding.parallel.ParallelSetup;
import io.loquent.decoding.parallel.refine.RefinementSearches;
import io.loquent.encoder.EncoderTask;
import io.loquent.encoder.FilledText;
import io.loquent.encoder.JointFillOptions;
import io.loquent.encoder.Truncation;
import io.loquent.spi.Tokenizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Fills all masks of a text together, by the searches that fill canvases. Thread-safe until the
 * model is closed.
 */
public final class JointFilling {

  /** Texts that are filled side by side; what is kept of a run is as much as their masks have. */
  private static final int TEXTS_TOGETHER = 32;

  private final EncoderContext context;
  private final MaskReader reader;

  /** What stands for no text, and is not filled in. */
  private final List<Integer> special;

  /**
   * Creates the task.
   *
   * @param context the opened model
   */
  public JointFilling(EncoderContext context) {
    this.context = context;
    reader = new MaskReader(context);
    Tokenizer tokenizer = context.reader().tokenizer();
    boolean fills = context.tasks().contains(EncoderTask.FILL_MASK);
    int known = fills ? Math.min(tokenizer.vocabularySize(), context.vocabularySize()) : 0;
    special =
        IntStream.range(0, known).filter(tokenizer::isSpecial).boxed().collect(Collectors.toList());
  }

  /**
   * Fills masks.
   *
   * @param texts each holds at least one mask
   * @param options how they are filled
   * @return for each text its fillings, the best first
   */
  public List<List<FilledText>> fill(List<String> texts, JointFillOptions options) {
    Mask mask = reader.mask(EncoderTask.FILL_MASK);
    if (options.truncation() == Truncation.STRIDE) {
      throw new InvalidRequestException(
          "truncation is STRIDE, but masks that are filled together must be in one row; shorten the"
              + " text, set truncation to TRUNCATE, or fill its parts one by one");
    }
    GenerationOptions wanted = wanted(options);
    List<Window> windows =
        reader.masks(texts, mask, options).stream()
            .map(masks -> masks.get(0).window())
            .collect(Collectors.toList());
    List<List<FilledText>> filled = new ArrayList<>();
    for (int from = 0; from < windows.size(); from += TEXTS_TOGETHER) {
      List<Window> group = windows.subList(from, Math.min(windows.size(), from + TEXTS_TOGETHER));
      List<List<Hypothesis>> results = search(group, mask, wanted, options);
      for (int i = 0; i < group.size(); i++) {
        Window window = group.get(i);
        filled.add(
            results.get(i).stream()
                .map(result -> filled(texts.get(window.text()), window, result, mask))
                .collect(Collectors.toList()));
      }
    }
    return filled;
  }

  private GenerationOptions wanted(JointFillOptions options) {
    GenerationOptions.Builder wanted =
        GenerationOptions.builder()
            .set(Option.REFINEMENT, options.strategy())
            .set(Option.NUM_BEAMS, options.numBeams())
            .set(Option.NUM_RETURN_SEQUENCES, options.numReturnSequences())
            .set(Option.SUPPRESS_TOKENS, special);
    options.maxIterations().ifPresent(runs -> wanted.set(Option.MAX_ITERATIONS, runs));
    return wanted.build();
  }

  private List<List<Hypothesis>> search(
      List<Window> windows, Mask mask, GenerationOptions wanted, JointFillOptions options) {
    ParallelModel model = model(mask);
    List<ParallelSearch> searches = new ArrayList<>();
    for (Window window : windows) {
      int[] source = window.tokens().ids();
      SearchSetup setup =
          new SearchSetup(
              GenerationRequest.tokens(source).options(wanted).build(),
              wanted,
              new SearchPrompt(new int[0], source, Integer.MAX_VALUE),
              model.vocabularySize(),
              context.reader().tokenizer(),
              0);
      searches.add(RefinementSearches.of(new ParallelSetup(setup, model, source, null)));
    }
    MaskedRows rows = new MaskedRows(context.batches(), windows, mask, options);
    try (ParallelLoop loop =
        new ParallelLoop(
            rows,
            searches,
            (search, failure) -> {
              if (failure instanceof Error error) {
                throw error;
              }
              throw (RuntimeException) failure;
            })) {
      boolean goesOn = true;
      while (goesOn) {
        goesOn = loop.step();
      }
    }
    return searches.stream().map(ParallelSearch::results).collect(Collectors.toList());
  }

  private ParallelModel model(Mask mask) {
    return new ParallelModel(
        ParallelModel.Family.MASKED_LANGUAGE_MODEL,
        context.vocabularySize(),
        OptionalInt.of(mask.id()),
        OptionalInt.empty(),
        OptionalInt.empty(),
        OptionalInt.empty(),
        ParallelModel.LengthMode.SOURCE,
        0,
        1,
        false,
        0,
        OptionalInt.empty(),
        false);
  }

  private FilledText filled(String text, Window window, Hypothesis result, Mask mask) {
    Tokenizer tokenizer = context.reader().tokenizer();
    MaskedText masked = new MaskedText(text, window.tokens(), tokenizer, mask);
    int[] places = mask.places(window.tokens());
    int[] ids = Arrays.stream(places).map(place -> result.tokens().get(place).id()).toArray();
    List<FilledText.Filling> fillings = new ArrayList<>();
    for (int place : places) {
      ChosenToken token = result.tokens().get(place);
      fillings.add(
          new FilledText.Filling(
              masked.start(place),
              masked.end(place),
              token.id(),
              tokenizer.decode(new int[] {token.id()}, false),
              token.logProbability()));
    }
    return new FilledText(masked.filled(places, ids), result.score(), fillings);
  }
}
