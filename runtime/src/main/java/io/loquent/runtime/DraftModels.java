package io.loquent.runtime;

import io.loquent.InvalidRequestException;
import io.loquent.ModelConfig;
import io.loquent.ModelLoadException;
import io.loquent.Option;
import io.loquent.decoding.speculation.DraftMeasurements;
import io.loquent.decoding.speculation.PathMeasurements;
import io.loquent.runtime.model.LoadedModel;
import io.loquent.spi.Tokenizer;
import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The smaller models that guess tokens for a model, among them its own first layers: each is opened
 * when it is first asked for, and kept until the generator is closed, as is what drafting with it
 * and in other ways was found to take. Thread-safe.
 */
final class DraftModels implements AutoCloseable {

  /** How many entries of two tokenizers are compared. */
  private static final int COMPARED_TOKENS = 4096;

  private final ModelConfig config;
  private final LoadedModel target;
  private final @Nullable Tokenizer tokenizer;
  private final Map<String, DraftModel> open = new LinkedHashMap<>();
  private final Map<Integer, DraftModel> earlyExits = new HashMap<>();
  private final Map<String, DraftMeasurements> measurements = new HashMap<>();
  private final Map<String, PathMeasurements> pathMeasurements = new HashMap<>();

  /**
   * Knows of no model yet.
   *
   * @param config the settings of the model itself
   * @param target the model itself
   * @param tokenizer its tokenizer, if it has one
   */
  DraftModels(ModelConfig config, LoadedModel target, @Nullable Tokenizer tokenizer) {
    this.config = config;
    this.target = target;
    this.tokenizer = tokenizer;
  }

  /**
   * Returns a model, to guess for a request.
   *
   * @param path its folder or configuration file
   * @throws InvalidRequestException if it cannot be used
   */
  synchronized DraftModel named(String path) {
    try {
      return open(path);
    } catch (ModelLoadException e) {
      throw new InvalidRequestException("assistant_model " + path + ": " + e.getMessage());
    }
  }

  /**
   * Returns the model's own layers up to an early exit, to guess for a request.
   *
   * @param layer after which it exits, from 1
   * @throws InvalidRequestException if there is no such exit
   */
  synchronized DraftModel earlyExit(int layer) {
    try {
      return openEarlyExit(layer);
    } catch (ModelLoadException e) {
      throw new InvalidRequestException("assistant_early_exit " + layer + ": " + e.getMessage());
    }
  }

  /**
   * Opens the model's own layers up to an early exit, if they are not open yet.
   *
   * @throws ModelLoadException if there is no such exit
   */
  synchronized DraftModel openEarlyExit(int layer) {
    return earlyExits.computeIfAbsent(
        layer,
        exit ->
            new DraftModel(
                new OpenedFolder(target.upToExit(exit), null, null, ChatReader.none()),
                null,
                new int[0]));
  }

  /**
   * Opens a model, if it is not open yet.
   *
   * @throws ModelLoadException if it cannot be used
   */
  synchronized DraftModel open(String path) {
    DraftModel draft = open.get(path);
    if (draft == null) {
      OpenedFolder opened =
          OpenedFolder.open(BesideConfig.of(Paths.get(path), config), new ArrayList<>());
      try {
        draft = checked(path, opened);
      } catch (RuntimeException | Error e) {
        opened.close();
        throw e;
      }
      open.put(path, draft);
    }
    return draft;
  }

  /**
   * Returns what the requests that draft in one way have measured, which they share.
   *
   * @param way by what tokens are guessed
   * @param samples whether they are drawn
   * @param most how many are drafted at most, always the same for a way
   */
  synchronized DraftMeasurements measurements(String way, boolean samples, int most) {
    return measurements.computeIfAbsent(
        (samples ? "sampling, " : "greedy, ") + way, key -> new DraftMeasurements(most));
  }

  /**
   * Returns what the requests that draft in one way have measured about several paths.
   *
   * @param way by what tokens are guessed, and on how many paths
   * @param samples whether they are drawn
   */
  synchronized PathMeasurements pathMeasurements(String way, boolean samples) {
    return pathMeasurements.computeIfAbsent(
        (samples ? "sampling, " : "greedy, ") + way, key -> new PathMeasurements());
  }

  private DraftModel checked(String path, OpenedFolder draft) {
    LoadedModel model = draft.model();
    if (model.parallel().isPresent()) {
      throw new ModelLoadException(
          "the draft model "
              + path
              + " does not decode token by token, so it cannot guess what comes next");
    }
    if (model.isEncoderDecoder() != target.isEncoderDecoder()
        || model.readsTokens() != target.readsTokens()) {
      throw new ModelLoadException(
          "the draft model "
              + path
              + " reads another kind of input than "
              + target.info().name()
              + ": both must be decoders, or encoder-decoders whose encoders read the same");
    }
    String difference = difference(draft);
    return difference == null
        ? new DraftModel(draft, null, new int[0])
        : translated(path, draft, difference);
  }

  /** What makes the draft model's vocabulary another one; null if it is the same. */
  private @Nullable String difference(OpenedFolder draft) {
    int size = draft.model().info().vocabularySize();
    if (size != target.info().vocabularySize()) {
      return size + " tokens, not " + target.info().vocabularySize();
    }
    Tokenizer drafts = draft.tokenizer();
    if (drafts != null && tokenizer != null) {
      int step = Math.max(1, size / COMPARED_TOKENS);
      for (int id = 0; id < Math.min(size, tokenizer.vocabularySize()); id += step) {
        int[] ids = {id};
        String own = tokenizer.decode(ids, false);
        if (id >= drafts.vocabularySize() || !own.equals(drafts.decode(ids, false))) {
          return "another token " + id + " (\"" + own + "\" here)";
        }
      }
    }
    return null;
  }

  /** A draft model with another vocabulary guesses in the tokens that both have. */
  private DraftModel translated(String path, OpenedFolder draft, String difference) {
    Tokenizer drafts = draft.tokenizer();
    if (drafts == null || tokenizer == null) {
      throw otherVocabulary(
          path,
          difference
              + "; to guess with another vocabulary, both need a tokenizer.json, and "
              + (tokenizer == null ? target.info().name() : "the draft model")
              + " has none");
    }
    LoadedModel model = draft.model();
    VocabularyTranslation translation =
        VocabularyTranslation.of(
            side(target, tokenizer, null), side(model, drafts, draft.targetTokenizer()));
    if (translation.guessable() == 0) {
      throw otherVocabulary(path, difference + ", and no token in common with it");
    }
    return new DraftModel(
        draft,
        translation,
        model.isEncoderDecoder() ? decoderStart(path, model, drafts) : new int[0]);
  }

  private static int[] decoderStart(String path, LoadedModel model, Tokenizer tokenizer) {
    try {
      return new PromptReader(model, tokenizer).decoderPrompt(null, model.defaults());
    } catch (InvalidRequestException e) {
      throw new ModelLoadException("the draft model " + path + ": " + e.getMessage(), e);
    }
  }

  private static VocabularyTranslation.Side side(
      LoadedModel model, Tokenizer tokenizer, @Nullable Tokenizer pieces) {
    return new VocabularyTranslation.Side(
        tokenizer,
        pieces,
        model.info().vocabularySize(),
        model.inputVocabularySize(),
        model.defaults().get(Option.EOS_TOKEN_ID).orElse(List.of()));
  }

  private ModelLoadException otherVocabulary(String path, String found) {
    return new ModelLoadException(
        "the draft model "
            + path
            + " has another vocabulary than "
            + target.info().name()
            + ": it has "
            + found
            + "; use a model with a tokenizer.json, best of the same family");
  }

  @Override
  public synchronized void close() {
    open.values().forEach(draft -> draft.folder().close());
    open.clear();
    earlyExits.values().forEach(draft -> draft.folder().close());
    earlyExits.clear();
  }
}
