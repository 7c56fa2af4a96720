package io.loquent.samples.cli;

import io.loquent.ModelConfig;
import io.loquent.encoder.AggregationStrategy;
import io.loquent.encoder.Entity;
import io.loquent.encoder.TaggingOptions;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Texts in, names and other parts of them out. */
@Command(
    name = "tag",
    description = {
      "Finds parts of texts, such as names: where, which label, and the text.",
      "Offsets count UTF-16 units, as in Java."
    })
final class TagCommand implements Callable<Integer> {

  private final EncoderCall call;
  private final Terminal terminal;

  @Mixin private ModelChoice model = new ModelChoice();
  @Mixin private EncoderFlags flags = new EncoderFlags();

  @Option(
      names = {"--aggregation", "--aggregation-strategy"},
      paramLabel = "NAME",
      description =
          "How tokens become entities: none, simple, first, average or max; ${DEFAULT-VALUE}"
              + " unless given.",
      defaultValue = "simple")
  private AggregationStrategy aggregation = AggregationStrategy.SIMPLE;

  @Option(
      names = "--ignore-labels",
      split = ",",
      paramLabel = "LABEL",
      description = "Labels that are left out; O unless given, none for an empty list.")
  private String @Nullable [] ignoreLabels;

  @Mixin private TextList source = new TextList();

  TagCommand(EncoderCall call, Terminal terminal) {
    this.call = call;
    this.terminal = terminal;
  }

  @Override
  public Integer call() {
    TaggingOptions options = flags.options(TaggingOptions.builder(), this::build);
    ModelConfig config = model.read();
    List<String> texts = source.read(terminal);
    List<List<Entity>> found = call.run(config, flags, encoder -> encoder.tag(texts, options));
    TextResults results = new TextResults(terminal, flags.json());
    for (int i = 0; i < texts.size(); i++) {
      results.print(
          texts.get(i),
          texts.size() > 1,
          Map.of("entities", found.get(i).stream().map(TagCommand::json).toList()),
          found.get(i).stream().map(TagCommand::row).toList());
    }
    return 0;
  }

  private TaggingOptions build(TaggingOptions.Builder builder) {
    builder.aggregationStrategy(aggregation);
    if (ignoreLabels != null) {
      boolean none = ignoreLabels.length == 1 && ignoreLabels[0].isEmpty();
      builder.ignoreLabels(none ? new String[0] : ignoreLabels);
    }
    return builder.build();
  }

  private static Map<String, Object> json(Entity entity) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("label", entity.label());
    json.put("score", entity.score());
    json.put("text", entity.text());
    json.put("start", entity.start());
    json.put("end", entity.end());
    return json;
  }

  private static List<String> row(Entity entity) {
    return List.of(
        entity.start() + "-" + entity.end(),
        TextResults.score(entity.score()),
        entity.label(),
        entity.text());
  }
}
