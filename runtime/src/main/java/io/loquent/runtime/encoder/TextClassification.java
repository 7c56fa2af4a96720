package io.loquent.runtime.encoder;

import static io.loquent.runtime.encoder.TaskDetection.LOGITS;

import io.loquent.Input;
import io.loquent.InvalidRequestException;
import io.loquent.ModelLoadException;
import io.loquent.decoding.heads.LabelScores;
import io.loquent.encoder.Classification;
import io.loquent.encoder.ClassificationFunction;
import io.loquent.encoder.ClassificationOptions;
import io.loquent.encoder.EncoderTask;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Finds the labels of texts. Thread-safe until the model is closed. */
public final class TextClassification {

  private final EncoderContext context;
  private final Optional<ClassificationFunction> trainedWith;

  /**
   * Binds the task to a model.
   *
   * @param context the model
   * @throws ModelLoadException if its configuration names an unknown function
   */
  public TextClassification(EncoderContext context) {
    this.context = context;
    trainedWith =
        context.tasks().contains(EncoderTask.CLASSIFY) ? configured(context) : Optional.empty();
  }

  /**
   * Classifies texts and pairs of texts.
   *
   * @param texts the texts
   * @param options how they are classified
   * @return a result for each, in order
   */
  public List<Classification> classify(List<Input> texts, ClassificationOptions options) {
    context.need(EncoderTask.CLASSIFY);
    List<Window> windows = new ArrayList<>();
    for (int i = 0; i < texts.size(); i++) {
      read(i, texts.get(i), options, windows);
    }
    WindowMeans logits = new WindowMeans(texts.size());
    context
        .batches()
        .run(
            windows,
            Set.of(LOGITS),
            options,
            (window, outputs, row) -> logits.add(window.text(), outputs.row(LOGITS, row)));
    List<Classification> results = new ArrayList<>();
    for (int i = 0; i < texts.size(); i++) {
      results.add(classification(logits.mean(i), options));
    }
    return results;
  }

  private void read(int i, Input input, ClassificationOptions options, List<Window> windows) {
    TextReader reader = context.reader();
    if (input instanceof Input.Text text) {
      reader.read(i, text.text(), options, 0, windows);
    } else if (input instanceof Input.TextPair pair) {
      int longText = pair.first().length() > pair.second().length() ? 0 : 1;
      reader.readPair(i, pair.first(), pair.second(), longText, options, 0, windows);
    } else {
      throw new InvalidRequestException(
          "text "
              + i
              + " is "
              + input.getClass().getSimpleName()
              + "; classify reads Input.Text and Input.TextPair");
    }
  }

  private Classification classification(float[] logits, ClassificationOptions options) {
    ClassificationFunction usual =
        logits.length == 1 ? ClassificationFunction.SIGMOID : ClassificationFunction.SOFTMAX;
    ClassificationFunction function =
        options.functionToApply().orElseGet(() -> trainedWith.orElse(usual));
    return new Classification(
        LabelScores.ranked(
            LabelScores.of(function, logits),
            context.labels()::name,
            options.topK().orElse(logits.length)));
  }

  private static Optional<ClassificationFunction> configured(EncoderContext context) {
    Map<String, @Nullable Object> config = context.model().json("config.json");
    if (config.get("function_to_apply") instanceof String name) {
      return Optional.of(named(name, context));
    }
    return switch (String.valueOf(config.get("problem_type"))) {
      case "regression" -> Optional.of(ClassificationFunction.NONE);
      case "multi_label_classification" -> Optional.of(ClassificationFunction.SIGMOID);
      default -> Optional.empty();
    };
  }

  private static ClassificationFunction named(String name, EncoderContext context) {
    for (ClassificationFunction function : ClassificationFunction.values()) {
      if (function.name().equals(name.toUpperCase(Locale.ROOT))) {
        return function;
      }
    }
    throw new ModelLoadException(
        context.model().folder()
            + ": \"function_to_apply\" of config.json must be softmax, sigmoid or none; found \""
            + name
            + "\"");
  }
}
