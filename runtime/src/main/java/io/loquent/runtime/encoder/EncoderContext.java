package io.loquent.runtime.encoder;

import io.loquent.InvalidRequestException;
import io.loquent.ModelConfig;
import io.loquent.encoder.EncoderTask;
import io.loquent.runtime.model.EncoderModel;
import io.loquent.runtime.model.TokenizerFiles;
import io.loquent.spi.Tokenizer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/** What the tasks of one opened model share. Thread-safe until the model is closed. */
public final class EncoderContext {

  private final EncoderModel model;
  private final TokenizerFiles tokenizerFiles;
  private final TextReader reader;
  private final RowBatches batches;
  private final Labels labels;
  private final Set<EncoderTask> tasks;
  private final SentenceModules modules;
  private final Prompts prompts;
  private final Optional<Mask> mask;

  /**
   * Binds the tasks to a model.
   *
   * @param model the graph
   * @param tokenizer reads the texts
   * @param tokenizerFolder holds the tokenizer's files
   * @param config how many rows run together
   */
  public EncoderContext(
      EncoderModel model, Tokenizer tokenizer, Path tokenizerFolder, ModelConfig config) {
    this.model = model;
    tokenizerFiles = new TokenizerFiles(tokenizerFolder);
    reader = new TextReader(model, tokenizer, tokenizerFiles);
    batches = new RowBatches(model, config);
    labels = Labels.of(model);
    tasks = TaskDetection.of(model, labels);
    modules = SentenceModules.of(model, tasks);
    prompts = Prompts.of(model);
    mask = Mask.of(model, tokenizer, tokenizerFiles);
  }

  EncoderModel model() {
    return model;
  }

  /** What the files beside the tokenizer say. */
  TokenizerFiles tokenizerFiles() {
    return tokenizerFiles;
  }

  TextReader reader() {
    return reader;
  }

  RowBatches batches() {
    return batches;
  }

  /** What stands for an unknown token, if the model or its tokenizer says. */
  Optional<Mask> mask() {
    return mask;
  }

  /** How many tokens the graph scores, for models that score them; 0 if it is not told. */
  int vocabularySize() {
    List<Long> logits = model.outputs().getOrDefault(TaskDetection.LOGITS, List.of());
    long declared = logits.size() == 3 ? logits.get(2) : 0;
    return declared > 0 ? (int) declared : model.info().vocabularySize();
  }

  /** What {@code id2label} names. */
  Labels labels() {
    return labels;
  }

  /** What is done to the graph's vectors. */
  SentenceModules modules() {
    return modules;
  }

  /** What is put before texts that become vectors. */
  Prompts prompts() {
    return prompts;
  }

  /**
   * Says what the model can be asked for.
   *
   * @return the tasks
   */
  public Set<EncoderTask> tasks() {
    return tasks;
  }

  /**
   * Says what was detected besides the files, for reports.
   *
   * @return one line each
   */
  public List<String> findings() {
    List<String> findings = new ArrayList<>();
    OptionalInt limit = reader.limit();
    findings.add(
        "longest row: " + (limit.isPresent() ? limit.getAsInt() + " tokens" : "not limited"));
    if (!labels.names().isEmpty()) {
      findings.add("labels: " + labels.names());
    }
    findings.addAll(modules.findings());
    findings.addAll(prompts.findings());
    if (tasks.contains(EncoderTask.FILL_MASK)) {
      findings.add(
          mask.map(token -> "mask: " + token.spelling() + " (token " + token.id() + ")")
              .orElse("mask: not known, so nothing can be filled"));
    }
    return findings;
  }

  /** Refuses a task that the model has no head for. */
  void need(EncoderTask task) {
    if (!tasks.contains(task)) {
      throw new InvalidRequestException(
          model.info().name()
              + " cannot do "
              + task
              + ": its graph gives "
              + model.outputs()
              + (model.architectures().isEmpty() ? "" : " (" + model.architectures() + ")")
              + "; it can do "
              + tasks);
    }
  }
}
