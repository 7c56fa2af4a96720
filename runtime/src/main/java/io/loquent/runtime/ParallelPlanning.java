package io.loquent.runtime;

import io.loquent.GenerationOptions;
import io.loquent.Input;
import io.loquent.InvalidRequestException;
import io.loquent.ModelConfig;
import io.loquent.ModelInfo;
import io.loquent.ModelLoadException;
import io.loquent.Option;
import io.loquent.decoding.SearchSetup;
import io.loquent.decoding.lm.NgramModel;
import io.loquent.decoding.parallel.ParallelModel;
import io.loquent.decoding.parallel.ParallelModel.Family;
import io.loquent.decoding.parallel.ParallelModel.LengthMode;
import io.loquent.decoding.parallel.ParallelSearch;
import io.loquent.decoding.parallel.ParallelSetup;
import io.loquent.decoding.parallel.Reranker;
import io.loquent.decoding.parallel.ctc.CtcSearches;
import io.loquent.decoding.parallel.ctc.CtcVocabulary;
import io.loquent.decoding.parallel.dag.DagSearches;
import io.loquent.decoding.parallel.diffusion.DiffusionSearches;
import io.loquent.decoding.parallel.refine.RefinementSearches;
import io.loquent.runtime.model.LoadedModel;
import io.loquent.runtime.model.PromptRow;
import io.loquent.spi.Tokenizer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/**
 * Makes the searches of a model for parallel decoding, and keeps what they need beside it: language
 * models and rerank models, each read when it is first named. Thread-safe.
 */
final class ParallelPlanning implements AutoCloseable {

  private final ModelConfig config;
  private final LoadedModel model;
  private final @Nullable Tokenizer tokenizer;
  private final Map<String, NgramModel> languageModels = new HashMap<>();
  private final Map<String, RerankModel> rerankModels = new HashMap<>();
  private @Nullable CtcVocabulary vocabulary;
  private @Nullable List<Integer> specialTokens;

  ParallelPlanning(ModelConfig config, LoadedModel model, @Nullable Tokenizer tokenizer) {
    this.config = config;
    this.model = model;
    this.tokenizer = tokenizer;
  }

  /**
   * Makes a request's search.
   *
   * @param setup the request
   * @param prompt its input
   * @throws InvalidRequestException if its options contradict each other, or name what cannot be
   *     used
   */
  ParallelSearch search(SearchSetup setup, PromptRow prompt) {
    ParallelModel parallel = model.parallel().orElseThrow(IllegalStateException::new);
    int[] source = prompt.encoderIds() == null ? new int[0] : prompt.encoderIds();
    if (parallel.family() == Family.MASKED_LANGUAGE_MODEL) {
      return filling(setup, parallel, source);
    }
    GenerationOptions options = setup.options();
    Reranker reranker =
        options
            .get(Option.RERANK_MODEL)
            .map(path -> rerankModel(path).reranker(prompt))
            .orElse(null);
    ParallelSetup whole =
        new ParallelSetup(withOwnLength(setup, parallel), parallel, source, reranker);
    return switch (parallel.family()) {
      case CONDITIONAL_MASKED, LEVENSHTEIN, INSERTION -> RefinementSearches.of(whole);
      case MASKED_LANGUAGE_MODEL -> throw new IllegalStateException("filled above");
      case MASKED_DIFFUSION -> DiffusionSearches.of(whole);
      case CTC -> CtcSearches.of(whole, vocabulary(), languageModel(options));
      case DIRECTED_ACYCLIC -> {
        NgramModel words = languageModel(options);
        yield DagSearches.of(
            whole, words == null ? null : new TokenNgrams(words, tokenizer, parallel));
      }
    };
  }

  /** A masked language model would also fill in tokens that stand for no text. */
  private ParallelSearch filling(SearchSetup setup, ParallelModel parallel, int[] source) {
    if (setup.request().input() instanceof Input.TextPair && tellsTextsApart()) {
      throw new InvalidRequestException(
          model.info().name()
              + " fills the masks of one text, and the input is a pair of texts; give Input.Text");
    }
    Set<Integer> suppressed = new TreeSet<>(specialTokens());
    suppressed.addAll(setup.options().get(Option.SUPPRESS_TOKENS).orElse(List.of()));
    GenerationOptions options =
        setup.options().toBuilder().set(Option.SUPPRESS_TOKENS, List.copyOf(suppressed)).build();
    return RefinementSearches.of(new ParallelSetup(with(options, setup), parallel, source, null));
  }

  private boolean tellsTextsApart() {
    return model.info().tensors().stream()
        .anyMatch(
            tensor ->
                tensor.role() == ModelInfo.Role.INPUT && tensor.name().equals("token_type_ids"));
  }

  private synchronized List<Integer> specialTokens() {
    List<Integer> known = specialTokens;
    if (known == null) {
      known = tokenizer == null ? List.of() : specialTokens(tokenizer);
      specialTokens = known;
    }
    return known;
  }

  private List<Integer> specialTokens(Tokenizer named) {
    return IntStream.range(0, Math.min(named.vocabularySize(), model.info().vocabularySize()))
        .filter(named::isSpecial)
        .boxed()
        .collect(Collectors.toList());
  }

  /** A length that the model finds itself is not cut off at the 20 tokens of other searches. */
  private SearchSetup withOwnLength(SearchSetup setup, ParallelModel parallel) {
    GenerationOptions options = setup.options();
    boolean limited =
        options.get(Option.MAX_NEW_TOKENS).isPresent()
            || options.get(Option.MAX_LENGTH).isPresent();
    if (limited || parallel.lengthMode() == LengthMode.OPTION) {
      return setup;
    }
    return with(options.toBuilder().maxNewTokens(longestOutput()).build(), setup);
  }

  private static SearchSetup with(GenerationOptions options, SearchSetup setup) {
    return new SearchSetup(
        setup.request(),
        options,
        setup.prompt(),
        setup.vocabularySize(),
        setup.tokenizer(),
        setup.seed());
  }

  private int longestOutput() {
    return model.contextLength().orElse(Integer.MAX_VALUE);
  }

  private synchronized @Nullable CtcVocabulary vocabulary() {
    if (vocabulary == null && tokenizer != null) {
      List<String> spellings = new ArrayList<>();
      for (int id = 0; id < model.info().vocabularySize(); id++) {
        boolean known = id < tokenizer.vocabularySize();
        boolean special = known && tokenizer.decode(new int[] {id}, true).isEmpty();
        String spelling = known ? tokenizer.idToToken(id).orElse("") : "";
        spellings.add(special && !isDelimiter(spelling) ? "" : spelling);
      }
      vocabulary = CtcVocabulary.of(spellings);
    }
    return vocabulary;
  }

  private static boolean isDelimiter(String spelling) {
    return spelling.equals("|") || spelling.equals(" ") || spelling.equals("\u2581");
  }

  private synchronized @Nullable NgramModel languageModel(GenerationOptions options) {
    String path = options.get(Option.LANGUAGE_MODEL).orElse(null);
    if (path == null) {
      return null;
    }
    NgramModel known = languageModels.get(path);
    if (known == null) {
      known = readLanguageModel(Paths.get(path));
      languageModels.put(path, known);
    }
    return known;
  }

  private static NgramModel readLanguageModel(Path file) {
    if (!Files.isRegularFile(file)) {
      throw new InvalidRequestException(
          "language_model "
              + file.toAbsolutePath()
              + (Files.exists(file) ? " is no file" : " does not exist")
              + "; it must name an n-gram model in the ARPA format");
    }
    boolean packed = file.toString().endsWith(".gz");
    try (InputStream bytes = Files.newInputStream(file);
        InputStream text = packed ? new GZIPInputStream(bytes, 1 << 16) : bytes;
        BufferedReader reader =
            new BufferedReader(new InputStreamReader(text, StandardCharsets.UTF_8))) {
      return NgramModel.read(reader, file.toString());
    } catch (IOException | ModelLoadException e) {
      throw new InvalidRequestException("language_model " + file + ": " + e.getMessage());
    }
  }

  private synchronized RerankModel rerankModel(String path) {
    RerankModel known = rerankModels.get(path);
    if (known == null) {
      try {
        known = RerankModel.open(path, config, model);
      } catch (ModelLoadException e) {
        throw new InvalidRequestException("rerank_model " + path + ": " + e.getMessage());
      }
      rerankModels.put(path, known);
    }
    return known;
  }

  @Override
  public synchronized void close() {
    rerankModels.values().forEach(RerankModel::close);
    rerankModels.clear();
    languageModels.clear();
  }
}
