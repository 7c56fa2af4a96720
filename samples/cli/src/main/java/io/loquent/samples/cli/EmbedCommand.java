package io.loquent.samples.cli;

import io.loquent.ModelConfig;
import io.loquent.encoder.EmbeddingOptions;
import io.loquent.encoder.Pooling;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Texts in, vectors out. */
@Command(
    name = "embed",
    description = {
      "Turns texts into vectors, and prints how near they are to each other.",
      "What the folder says of pooling, normalization and prompts counts unless it is set here."
    })
final class EmbedCommand implements Callable<Integer> {

  private final EncoderCall call;
  private final Terminal terminal;

  @Mixin private ModelChoice model = new ModelChoice();
  @Mixin private EncoderFlags flags = new EncoderFlags();
  @Mixin private Vectors vectors = new Vectors();
  @Mixin private TextList source = new TextList();

  @ArgGroup(exclusive = true, multiplicity = "0..1")
  private Kind kind = new Kind();

  private static final class Kind {
    @Option(names = "--tokens", description = "A vector for each token, for late interaction.")
    private boolean tokens;

    @Option(
        names = "--sparse",
        description = "A weight for each entry of the vocabulary that is not 0 (SPLADE).")
    private boolean sparse;
  }

  /** The options of vectors. */
  static final class Vectors {
    @Option(
        names = "--pooling",
        split = ",",
        paramLabel = "NAME",
        description =
            "How token vectors become one: mean, cls, max, mean_sqrt_len, weighted_mean or"
                + " last_token; several are joined.")
    private Pooling @Nullable [] pooling;

    @Option(
        names = "--normalize",
        negatable = true,
        description = "Gives vectors length 1, or not (--no-normalize).")
    private @Nullable Boolean normalize;

    @Option(
        names = "--dimensions",
        paramLabel = "N",
        description = "Keeps the first N numbers (Matryoshka).")
    private @Nullable Integer dimensions;

    @Option(
        names = "--max-active-dims",
        paramLabel = "N",
        description = "Most entries of a sparse vector.")
    private @Nullable Integer maxActiveDimensions;

    @Option(
        names = "--prompt",
        paramLabel = "TEXT",
        description = "What is put before each text, such as \"query: \".")
    private @Nullable String prompt;

    @Option(
        names = "--prompt-name",
        paramLabel = "NAME",
        description = "Which of the folder's prompts is put before each text.")
    private @Nullable String promptName;

    private EmbeddingOptions build(EmbeddingOptions.Builder builder) {
      if (pooling != null) {
        builder.pooling(pooling);
      }
      if (normalize != null) {
        builder.normalize(normalize);
      }
      if (dimensions != null) {
        builder.dimensions(dimensions);
      }
      if (maxActiveDimensions != null) {
        builder.maxActiveDimensions(maxActiveDimensions);
      }
      if (prompt != null) {
        builder.prompt(prompt);
      }
      if (promptName != null) {
        builder.promptName(promptName);
      }
      return builder.build();
    }
  }

  EmbedCommand(EncoderCall call, Terminal terminal) {
    this.call = call;
    this.terminal = terminal;
  }

  @Override
  public Integer call() {
    EmbeddingOptions options = flags.options(EmbeddingOptions.builder(), vectors::build);
    ModelConfig config = model.read();
    List<String> texts = source.read(terminal);
    VectorPrinter printer = new VectorPrinter(texts, flags.json());
    List<String> lines =
        call.run(
            config,
            flags,
            encoder -> {
              if (kind.sparse) {
                return printer.sparse(encoder.embedSparse(texts, options));
              }
              return kind.tokens
                  ? printer.tokens(encoder.embedTokens(texts, options))
                  : printer.dense(encoder.embed(texts, options));
            });
    lines.forEach(terminal.out()::println);
    return 0;
  }
}
