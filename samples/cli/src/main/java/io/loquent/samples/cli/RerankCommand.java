package io.loquent.samples.cli;

import io.loquent.ModelConfig;
import io.loquent.encoder.RankedDocument;
import io.loquent.encoder.RerankOptions;
import io.loquent.internal.json.Json;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** A query and documents in, the documents in order out. */
@Command(
    name = "rerank",
    description = {
      "Orders texts by how well they answer a query, the best first, with a cross-encoder:",
      "score, number of the text, and the text."
    })
final class RerankCommand implements Callable<Integer> {

  private final EncoderCall call;
  private final Terminal terminal;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Mixin private ModelChoice model = new ModelChoice();
  @Mixin private EncoderFlags flags = new EncoderFlags();

  @Option(names = "--query", required = true, paramLabel = "TEXT", description = "The query.")
  private String query = "";

  @Option(names = "--top-n", paramLabel = "N", description = "Texts that are kept.")
  private @Nullable Integer topN;

  @Option(
      names = "--activation",
      paramLabel = "NAME",
      description = "What makes a score of the logit: sigmoid or identity.")
  private RerankOptions.@Nullable Activation activation;

  @Mixin private TextList source = new TextList();

  RerankCommand(EncoderCall call, Terminal terminal) {
    this.call = call;
    this.terminal = terminal;
  }

  @Override
  public Integer call() {
    RerankOptions options = flags.options(RerankOptions.builder(), this::build);
    ModelConfig config = model.read();
    String asked = TextSource.checked(spec, query);
    List<String> documents = source.read(terminal);
    List<RankedDocument> ranked =
        call.run(config, flags, encoder -> encoder.rerank(asked, documents, options));
    Columns table = new Columns("");
    for (RankedDocument document : ranked) {
      if (flags.json()) {
        terminal.out().println(Json.write(json(document)));
      }
      table.add(
          TextResults.score(document.score()),
          String.valueOf(document.index() + 1),
          document.document());
    }
    if (!flags.json()) {
      table.lines().forEach(terminal.out()::println);
    }
    return 0;
  }

  private RerankOptions build(RerankOptions.Builder builder) {
    if (topN != null) {
      builder.topN(topN);
    }
    if (activation != null) {
      builder.activation(activation);
    }
    return builder.build();
  }

  private static Map<String, Object> json(RankedDocument document) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("index", document.index());
    json.put("score", document.score());
    json.put("logit", document.logit());
    json.put("text", document.document());
    return json;
  }
}
