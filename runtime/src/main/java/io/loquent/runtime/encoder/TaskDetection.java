package io.loquent.runtime.encoder;

import io.loquent.encoder.EncoderTask;
import io.loquent.runtime.model.EncoderModel;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Tells what a graph can be asked for: first by its outputs' names and shapes, and where logits per
 * token may be over labels or over a vocabulary, by {@code config.json}.
 */
final class TaskDetection {

  static final String LOGITS = "logits";
  static final String START = "start_logits";
  static final String END = "end_logits";

  private TaskDetection() {}

  static Set<EncoderTask> of(EncoderModel model, Labels labels) {
    Set<EncoderTask> tasks = EnumSet.noneOf(EncoderTask.class);
    Set<String> outputs = model.outputs().keySet();
    if (outputs.contains(START) && outputs.contains(END)) {
      tasks.add(EncoderTask.ANSWER);
    }
    List<Long> logits = model.outputs().get(LOGITS);
    if (logits != null && logits.size() == 2) {
      ofText(logits.get(1), labels, tasks);
    } else if (logits != null && logits.size() == 3) {
      ofTokens(model, logits.get(2), tasks);
    }
    if (outputs.contains("last_hidden_state") || outputs.contains("token_embeddings")) {
      tasks.add(EncoderTask.EMBED);
      tasks.add(EncoderTask.EMBED_TOKENS);
    }
    if (outputs.contains("sentence_embedding")) {
      tasks.add(EncoderTask.EMBED);
    }
    return Collections.unmodifiableSet(tasks);
  }

  private static void ofText(long declared, Labels labels, Set<EncoderTask> tasks) {
    tasks.add(EncoderTask.CLASSIFY);
    if (declared == 1 || (declared < 0 && labels.names().size() == 1)) {
      tasks.add(EncoderTask.RERANK);
    }
    if (entailment(labels) >= 0) {
      tasks.add(EncoderTask.CLASSIFY_ZERO_SHOT);
    }
  }

  private static void ofTokens(EncoderModel model, long declared, Set<EncoderTask> tasks) {
    boolean tags =
        model.architectures().stream().anyMatch(name -> name.endsWith("ForTokenClassification"));
    boolean masked =
        model.architectures().stream()
            .anyMatch(name -> name.endsWith("ForMaskedLM") || name.endsWith("ForPreTraining"));
    if (tags || (!masked && declared > 0 && declared != model.info().vocabularySize())) {
      tasks.add(EncoderTask.TAG);
    } else {
      tasks.add(EncoderTask.FILL_MASK);
      tasks.add(EncoderTask.PSEUDO_LOG_LIKELIHOOD);
      tasks.add(EncoderTask.EMBED_SPARSE);
    }
  }

  /** The label that says that a hypothesis follows, by its name; -1 if there is none. */
  static int entailment(Labels labels) {
    for (int label = 0; label < labels.names().size(); label++) {
      if (labels.name(label).toLowerCase(Locale.ROOT).startsWith("entail")) {
        return label;
      }
    }
    return -1;
  }
}
