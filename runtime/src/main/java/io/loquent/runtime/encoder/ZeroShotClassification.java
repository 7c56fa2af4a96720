package io.loquent.runtime.encoder;

import static io.loquent.runtime.encoder.TaskDetection.LOGITS;

import io.loquent.InvalidRequestException;
import io.loquent.decoding.heads.LabelScores;
import io.loquent.encoder.Classification;
import io.loquent.encoder.EncoderTask;
import io.loquent.encoder.ZeroShotOptions;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Classifies texts by which hypotheses follow from them. Thread-safe until the model is closed. */
public final class ZeroShotClassification {

  private final EncoderContext context;

  /**
   * Binds the task to a model.
   *
   * @param context the model
   */
  public ZeroShotClassification(EncoderContext context) {
    this.context = context;
  }

  /**
   * Classifies texts.
   *
   * @param texts the texts
   * @param candidates the labels to choose from
   * @param options how they are classified
   * @return a result for each text, in order
   */
  public List<Classification> classify(
      List<String> texts, List<String> candidates, ZeroShotOptions options) {
    if (!context.tasks().contains(EncoderTask.CLASSIFY)) {
      context.need(EncoderTask.CLASSIFY_ZERO_SHOT);
    }
    int entailment = entailment(options);
    check(candidates);
    int labels = candidates.size();
    List<Window> windows = new ArrayList<>();
    for (int text = 0; text < texts.size(); text++) {
      for (int label = 0; label < labels; label++) {
        String hypothesis = options.hypothesis(candidates.get(label));
        List<Window> pair = new ArrayList<>();
        // Errors name the text, results are kept for each pair.
        context.reader().readPairCuttingOne(text, texts.get(text), hypothesis, 0, options, 0, pair);
        for (Window window : pair) {
          windows.add(
              new Window(
                  text * labels + label,
                  window.number(),
                  window.first(),
                  window.shared(),
                  window.tokens()));
        }
      }
    }
    WindowMeans logits = new WindowMeans(texts.size() * labels);
    context
        .batches()
        .run(
            windows,
            Set.of(LOGITS),
            options,
            pair -> pair / labels,
            (window, outputs, row) -> logits.add(window.text(), outputs.row(LOGITS, row)));
    List<Classification> results = new ArrayList<>();
    for (int text = 0; text < texts.size(); text++) {
      float[][] ofText = new float[labels][];
      for (int label = 0; label < labels; label++) {
        ofText[label] = logits.mean(text * labels + label);
      }
      results.add(classification(ofText, entailment, candidates, options));
    }
    return results;
  }

  private Classification classification(
      float[][] logits, int entailment, List<String> candidates, ZeroShotOptions options) {
    int known = logits[0].length;
    if (known < 2 || entailment >= known) {
      throw new InvalidRequestException(
          context.model().info().name()
              + " cannot classify by entailment: its graph gives "
              + known
              + " logits, and at least 2 are needed, of which number "
              + entailment
              + " is for entailment");
    }
    double[] scores =
        LabelScores.byEntailment(
            logits, entailment, contradiction(entailment, known), options.multiLabel());
    return new Classification(LabelScores.ranked(scores, candidates::get, candidates.size()));
  }

  private static void check(List<String> candidates) {
    if (candidates.isEmpty()) {
      throw new InvalidRequestException(
          "candidate_labels must have at least one label; found none");
    }
    Set<String> seen = new HashSet<>();
    for (String candidate : candidates) {
      if (candidate.trim().isEmpty() || !seen.add(candidate)) {
        throw new InvalidRequestException(
            "candidate_labels must have each label once, and none that is blank; found "
                + candidates);
      }
    }
  }

  private int entailment(ZeroShotOptions options) {
    Labels labels = context.labels();
    if (options.entailmentLabel().isPresent()) {
      return index(options.entailmentLabel().get(), labels);
    }
    int entailment = TaskDetection.entailment(labels);
    if (entailment < 0) {
      throw new InvalidRequestException(
          context.model().info().name()
              + " cannot do "
              + EncoderTask.CLASSIFY_ZERO_SHOT
              + ": none of its labels begins with \"entail\"; found "
              + labels.names()
              + "; if it was trained on natural language inference, name the label by"
              + " entailmentLabel");
    }
    return entailment;
  }

  private int index(String wanted, Labels labels) {
    List<Long> shape = context.model().outputs().getOrDefault(LOGITS, List.of(-1L));
    long count = Math.max(labels.names().size(), shape.get(shape.size() - 1));
    List<String> known = new ArrayList<>();
    for (int label = 0; label < count; label++) {
      known.add(labels.name(label));
      if (labels.name(label).equals(wanted)) {
        return label;
      }
    }
    throw new InvalidRequestException(
        "entailmentLabel is \""
            + wanted
            + "\", which "
            + context.model().info().name()
            + " does not have; its labels are "
            + known);
  }

  /** By name, else as Hugging Face: the last label if entailment is the first, or the first. */
  private int contradiction(int entailment, int known) {
    Labels labels = context.labels();
    for (int label = 0; label < known; label++) {
      boolean named = labels.name(label).toLowerCase(Locale.ROOT).startsWith("contradict");
      if (named && label != entailment) {
        return label;
      }
    }
    return entailment == 0 ? known - 1 : 0;
  }
}
