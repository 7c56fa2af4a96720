package io.loquent.samples.cli;

import io.loquent.Input;
import io.loquent.ModelConfig;
import io.loquent.encoder.Classification;
import io.loquent.encoder.ClassificationFunction;
import io.loquent.encoder.ClassificationOptions;
import io.loquent.encoder.LabelScore;
import io.loquent.encoder.ZeroShotOptions;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Texts in, labels out. */
@Command(
    name = "classify",
    description = {
      "Finds the labels of texts.",
      "With --candidate-labels: labels that the model was not trained with, by what follows from a"
          + " text (zero-shot)."
    })
final class ClassifyCommand implements Callable<Integer> {

  private final EncoderCall call;
  private final Terminal terminal;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Mixin private ModelChoice model = new ModelChoice();
  @Mixin private EncoderFlags flags = new EncoderFlags();
  @Mixin private Trained trained = new Trained();
  @Mixin private ZeroShot zeroShot = new ZeroShot();
  @Mixin private TextList source = new TextList();

  /** The options for labels of the model. */
  static final class Trained {
    @Option(
        names = "--text-pair",
        paramLabel = "TEXT",
        description = "A second text that belongs to each of the texts.")
    private @Nullable String textPair;

    @Option(
        names = "--function-to-apply",
        paramLabel = "NAME",
        description = "What makes scores of logits: softmax, sigmoid or none.")
    private @Nullable ClassificationFunction functionToApply;

    @Option(names = "--top-k", paramLabel = "N", description = "Labels that are shown.")
    private @Nullable Integer topK;

    private boolean isSet() {
      return textPair != null || functionToApply != null || topK != null;
    }

    private ClassificationOptions build(ClassificationOptions.Builder builder) {
      if (functionToApply != null) {
        builder.functionToApply(functionToApply);
      }
      if (topK != null) {
        builder.topK(topK);
      }
      return builder.build();
    }

    private Input input(String text) {
      return textPair == null ? Input.text(text) : new Input.TextPair(text, textPair);
    }
  }

  /** The options for other labels. */
  static final class ZeroShot {
    @Option(
        names = "--candidate-labels",
        split = ",",
        paramLabel = "LABEL",
        description = "Labels of your own.")
    private @Nullable List<String> labels;

    @Option(
        names = "--hypothesis-template",
        paramLabel = "TEXT",
        description = "The sentence that follows from a text if the label in place of {} fits.")
    private @Nullable String hypothesisTemplate;

    @Option(names = "--multi-label", description = "Any number of candidate labels may fit.")
    private boolean multiLabel;

    @Option(
        names = "--entailment-label",
        paramLabel = "LABEL",
        description = "The model's label for what follows; found by its name unless given.")
    private @Nullable String entailmentLabel;

    private boolean isSet() {
      return hypothesisTemplate != null || multiLabel || entailmentLabel != null;
    }

    private ZeroShotOptions build(ZeroShotOptions.Builder builder) {
      builder.multiLabel(multiLabel);
      if (hypothesisTemplate != null) {
        builder.hypothesisTemplate(hypothesisTemplate);
      }
      if (entailmentLabel != null) {
        builder.entailmentLabel(entailmentLabel);
      }
      return builder.build();
    }
  }

  ClassifyCommand(EncoderCall call, Terminal terminal) {
    this.call = call;
    this.terminal = terminal;
  }

  @Override
  public Integer call() {
    List<String> labels = zeroShot.labels;
    if (labels == null && zeroShot.isSet()) {
      throw new ParameterException(
          spec.commandLine(),
          "--hypothesis-template, --multi-label and --entailment-label need --candidate-labels");
    }
    if (labels != null && trained.isSet()) {
      throw new ParameterException(
          spec.commandLine(),
          "--text-pair, --function-to-apply and --top-k do not go with --candidate-labels");
    }
    ClassificationOptions own = flags.options(ClassificationOptions.builder(), trained::build);
    ZeroShotOptions other = flags.options(ZeroShotOptions.builder(), zeroShot::build);
    ModelConfig config = model.read();
    List<String> texts = source.read(terminal);
    List<Classification> found =
        call.run(
            config,
            flags,
            encoder ->
                labels == null
                    ? encoder.classify(texts.stream().map(trained::input).toList(), own)
                    : encoder.classifyZeroShot(texts, labels, other));
    print(texts, found);
    return 0;
  }

  private void print(List<String> texts, List<Classification> found) {
    TextResults results = new TextResults(terminal, flags.json());
    for (int i = 0; i < texts.size(); i++) {
      List<LabelScore> labels = found.get(i).labels();
      results.print(
          texts.get(i),
          texts.size() > 1,
          Map.of("labels", labels.stream().map(ClassifyCommand::json).toList()),
          labels.stream()
              .map(label -> List.of(TextResults.score(label.score()), label.label()))
              .toList());
    }
  }

  private static Map<String, Object> json(LabelScore label) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("label", label.label());
    json.put("score", label.score());
    return json;
  }
}
