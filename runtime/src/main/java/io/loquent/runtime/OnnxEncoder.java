package io.loquent.runtime;

import io.loquent.GenerationException;
import io.loquent.ModelConfig;
import io.loquent.ModelInfo;
import io.loquent.ModelLoadException;
import io.loquent.ModelReport;
import io.loquent.Score;
import io.loquent.encoder.Encoder;
import io.loquent.encoder.EncoderTask;
import io.loquent.encoder.FillMaskOptions;
import io.loquent.encoder.FilledMask;
import io.loquent.encoder.FilledText;
import io.loquent.encoder.JointFillOptions;
import io.loquent.encoder.PseudoLogLikelihoodOptions;
import io.loquent.runtime.encoder.EncoderContext;
import io.loquent.runtime.encoder.JointFilling;
import io.loquent.runtime.encoder.MaskFilling;
import io.loquent.runtime.encoder.PseudoLikelihood;
import io.loquent.runtime.model.EncoderModel;
import io.loquent.spi.Tokenizer;
import io.loquent.tokenizers.TokenizerFolder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * An encoder over an ONNX graph. Thread-safe: see {@link Encoder}.
 *
 * <p>Each method is one task of {@code io.loquent.runtime.encoder}, on the calling thread.
 */
public final class OnnxEncoder implements Encoder {

  private final EncoderModel model;
  private final EncoderContext context;
  private final MaskFilling maskFilling;
  private final JointFilling jointFilling;
  private final PseudoLikelihood pseudoLikelihood;
  private final Lifetime lifetime;

  private OnnxEncoder(ModelConfig config, EncoderModel model, Tokenizer tokenizer) {
    this.model = model;
    context = new EncoderContext(model, tokenizer, config);
    maskFilling = new MaskFilling(context);
    jointFilling = new JointFilling(context);
    pseudoLikelihood = new PseudoLikelihood(context);
    lifetime =
        new Lifetime(
            "encoder",
            config.folder().toString(),
            () -> {
              try {
                tokenizer.close();
              } finally {
                model.close();
              }
            });
  }

  /**
   * Opens a model. The same as {@link Encoder#open(ModelConfig)}, for applications that do without
   * {@link java.util.ServiceLoader}.
   *
   * @param config the folder, and how to run it
   * @return an encoder, to be closed
   * @throws ModelLoadException if the model cannot be used; nothing stays open
   */
  public static OnnxEncoder open(ModelConfig config) {
    return open(config, new ArrayList<>());
  }

  private static OnnxEncoder open(ModelConfig config, List<String> findings) {
    EncoderModel model = EncoderModel.load(config, findings);
    Tokenizer tokenizer = null;
    try {
      Path folder = config.tokenizerFolder().orElse(config.folder());
      tokenizer =
          TokenizerFolder.load(folder)
              .orElseThrow(
                  () ->
                      new ModelLoadException(
                          folder.toAbsolutePath()
                              + ": an encoder needs the tokenizer that it was trained with, and"
                              + " there is no tokenizer.json here; download it from where the graph"
                              + " came from"));
      findings.add("tokenizer: tokenizer.json with " + tokenizer.vocabularySize() + " entries");
      return new OnnxEncoder(config, model, tokenizer);
    } catch (RuntimeException e) {
      if (tokenizer != null) {
        tokenizer.close();
      }
      model.close();
      throw e;
    }
  }

  static ModelReport inspect(ModelConfig config) {
    List<String> findings = new ArrayList<>();
    findings.add("folder: " + config.folder().toAbsolutePath().normalize());
    try (OnnxEncoder encoder = open(config, findings)) {
      findings.add("kind: " + encoder.model().kind() + " (" + encoder.model().layout() + ")");
      findings.add("tasks: " + encoder.tasks());
      findings.addAll(encoder.context.findings());
      encoder.model().notes().forEach(note -> findings.add("note: " + note));
      return new ModelReport(Optional.of(encoder.model()), findings, List.of());
    } catch (GenerationException e) {
      return new ModelReport(Optional.empty(), findings, List.of(String.valueOf(e.getMessage())));
    }
  }

  @Override
  public Set<EncoderTask> tasks() {
    return context.tasks();
  }

  @Override
  public ModelInfo model() {
    return model.info();
  }

  @Override
  public List<List<FilledMask>> fillMask(List<String> texts, FillMaskOptions options) {
    return during(() -> maskFilling.fill(texts, options));
  }

  @Override
  public List<List<FilledText>> fillJointly(List<String> texts, JointFillOptions options) {
    return during(() -> jointFilling.fill(texts, options));
  }

  @Override
  public List<Score> pseudoLogLikelihood(List<String> texts, PseudoLogLikelihoodOptions options) {
    return during(() -> pseudoLikelihood.score(texts, options));
  }

  /** Runs a task; closing waits for it. */
  private <R> R during(Supplier<R> task) {
    lifetime.enter();
    try {
      return task.get();
    } finally {
      lifetime.leave();
    }
  }

  /** How many native buffers are lent to running calls; 0 while none is running. */
  int lentBuffers() {
    return model.lentBuffers();
  }

  @Override
  public void close() {
    lifetime.close();
  }
}
