package io.loquent.samples.cli;

import io.loquent.ModelConfig;
import io.loquent.encoder.EmbeddingOptions;
import io.loquent.encoder.Encoder;
import io.loquent.encoder.RerankOptions;
import io.loquent.encoder.Truncation;
import io.loquent.samples.search.Passage;
import io.loquent.samples.search.SemanticSearch;
import io.loquent.samples.search.SemanticSearch.Result;
import io.loquent.samples.search.TextFolder;
import io.loquent.spi.EncoderProvider;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** A folder of texts and questions in, the passages that fit best out. */
@Command(
    name = "search",
    description = {
      "Finds passages in a folder of text files by what they mean: score, file and line, and the"
          + " passage.",
      "Each TEXT is a question. The index is in memory, and made once for all questions."
    })
final class SearchCommand implements Callable<Integer> {

  private final Supplier<EncoderProvider> provider;
  private final Terminal terminal;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Mixin private ModelChoice model = new ModelChoice();
  @Mixin private EncoderFlags flags = new EncoderFlags();

  @Option(
      names = "--folder",
      required = true,
      paramLabel = "DIR",
      description = "The folder with the text files, in it and below.")
  private Path folder = Path.of("");

  @Option(
      names = "--endings",
      split = ",",
      paramLabel = "ENDING",
      description = "How names of text files end; .txt and .md unless given.")
  private List<String> endings = List.of(".txt", ".md");

  @Option(
      names = "--passage-characters",
      paramLabel = "N",
      description = "The longest passage; 800 unless given.")
  private int passageCharacters = 800;

  @Option(
      names = "--top-k",
      paramLabel = "N",
      description = "Passages for each question; 5 unless given.")
  private int topK = 5;

  @Option(
      names = "--query-prompt",
      paramLabel = "TEXT",
      description = "What is put before a question, such as \"query: \".")
  private @Nullable String queryPrompt;

  @Option(
      names = "--passage-prompt",
      paramLabel = "TEXT",
      description = "What is put before a passage, such as \"passage: \".")
  private @Nullable String passagePrompt;

  @Mixin private Reranking reranking = new Reranking();
  @Mixin private TextList source = new TextList();

  /** A second look at what was found. */
  static final class Reranking {
    @Option(
        names = "--reranker",
        paramLabel = "DIR",
        description = "A folder with a cross-encoder, which puts the passages found into order.")
    private @Nullable Path model;

    @Option(
        names = "--candidates",
        paramLabel = "N",
        description = "Passages that the cross-encoder reads; 30 unless given.")
    private @Nullable Integer candidates;

    private int candidates() {
      return candidates == null ? 30 : candidates;
    }
  }

  SearchCommand(Supplier<EncoderProvider> provider, Terminal terminal) {
    this.provider = provider;
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws IOException {
    check();
    EmbeddingOptions forPassages = options(passagePrompt);
    EmbeddingOptions forQueries = options(queryPrompt);
    ModelConfig config = model.read();
    List<String> questions = source.read(terminal);
    List<Passage> passages = TextFolder.read(folder, endings, passageCharacters);
    if (passages.isEmpty()) {
      throw new IOException(
          folder
              + ": there is no text in files whose names end in "
              + String.join(" or ", endings));
    }
    try (Encoder encoder = provider.get().open(config);
        Encoder reranker = openReranker()) {
      return Interrupt.cancelling(
          flags.cancellation(),
          () -> {
            SemanticSearch search = SemanticSearch.over(encoder, passages, forPassages, forQueries);
            for (String question : questions) {
              print(question, questions.size() > 1, find(search, question, reranker));
            }
            return 0;
          });
    }
  }

  private void check() {
    if (topK < 1 || passageCharacters < 1) {
      throw new ParameterException(
          spec.commandLine(),
          "--top-k and --passage-characters must be at least 1; found "
              + topK
              + " and "
              + passageCharacters);
    }
    if (reranking.model == null && reranking.candidates != null) {
      throw new ParameterException(spec.commandLine(), "--candidates needs --reranker");
    }
    if (reranking.model != null && reranking.candidates() < topK) {
      throw new ParameterException(
          spec.commandLine(),
          "--candidates must be at least --top-k, " + topK + "; found " + reranking.candidates());
    }
    if (!Files.isDirectory(folder)) {
      throw new ParameterException(
          spec.commandLine(), folder + " is no folder; expected one with text files");
    }
  }

  /** A passage may have more tokens than the model reads at once: all of them count. */
  private EmbeddingOptions options(@Nullable String prompt) {
    return flags.options(
        EmbeddingOptions.builder().truncation(Truncation.STRIDE),
        builder -> (prompt == null ? builder : builder.prompt(prompt)).build());
  }

  private @Nullable Encoder openReranker() {
    return reranking.model == null ? null : provider.get().open(ModelConfig.load(reranking.model));
  }

  private List<Result> find(SemanticSearch search, String question, @Nullable Encoder reranker) {
    if (reranker == null) {
      return search.search(question, topK);
    }
    RerankOptions options =
        flags.options(
            RerankOptions.builder().truncation(Truncation.STRIDE), RerankOptions.Builder::build);
    return search.search(question, topK, reranking.candidates(), reranker, options);
  }

  private void print(String question, boolean heading, List<Result> results) {
    new TextResults(terminal, flags.json())
        .print(
            question,
            heading,
            Map.of("passages", results.stream().map(SearchCommand::json).toList()),
            results.stream().map(this::row).toList());
  }

  private static Map<String, Object> json(Result result) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("score", result.score());
    json.put("file", result.passage().file().toString());
    json.put("line", result.passage().line());
    json.put("text", result.passage().text());
    return json;
  }

  private List<String> row(Result result) {
    Passage passage = result.passage();
    return List.of(
        TextResults.score(result.score()),
        folder.relativize(passage.file()) + ":" + passage.line(),
        passage.text());
  }
}
