package io.loquent.runtime;

import io.loquent.GenerationException;
import io.loquent.Input;
import io.loquent.ModelConfig;
import io.loquent.ModelInfo;
import io.loquent.ModelLoadException;
import io.loquent.ModelReport;
import io.loquent.Score;
import io.loquent.encoder.AnswerOptions;
import io.loquent.encoder.AnswerResult;
import io.loquent.encoder.Classification;
import io.loquent.encoder.ClassificationOptions;
import io.loquent.encoder.Embedding;
import io.loquent.encoder.EmbeddingOptions;
import io.loquent.encoder.Encoder;
import io.loquent.encoder.EncoderTask;
import io.loquent.encoder.Entity;
import io.loquent.encoder.FillMaskOptions;
import io.loquent.encoder.FilledMask;
import io.loquent.encoder.FilledText;
import io.loquent.encoder.JointFillOptions;
import io.loquent.encoder.PseudoLogLikelihoodOptions;
import io.loquent.encoder.RankedDocument;
import io.loquent.encoder.RerankOptions;
import io.loquent.encoder.SparseEmbedding;
import io.loquent.encoder.TaggingOptions;
import io.loquent.encoder.TokenEmbeddings;
import io.loquent.encoder.ZeroShotOptions;
import io.loquent.runtime.encoder.DocumentRanker;
import io.loquent.runtime.encoder.EncoderContext;
import io.loquent.runtime.encoder.JointFilling;
import io.loquent.runtime.encoder.MaskFilling;
import io.loquent.runtime.encoder.PseudoLikelihood;
import io.loquent.runtime.encoder.QuestionAnswering;
import io.loquent.runtime.encoder.SentenceEmbedder;
import io.loquent.runtime.encoder.SparseEmbedder;
import io.loquent.runtime.encoder.TextClassification;
import io.loquent.runtime.encoder.TokenClassification;
import io.loquent.runtime.encoder.TokenEmbedder;
import io.loquent.runtime.encoder.ZeroShotClassification;
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
  private final Lifetime lifetime;
  private final SentenceEmbedder sentences;
  private final TokenEmbedder tokens;
  private final SparseEmbedder sparse;
  private final DocumentRanker ranker;
  private final TextClassification textClassification;
  private final ZeroShotClassification zeroShotClassification;
  private final TokenClassification tokenClassification;
  private final QuestionAnswering questionAnswering;
  private final MaskFilling maskFilling;
  private final JointFilling jointFilling;
  private final PseudoLikelihood pseudoLikelihood;

  private OnnxEncoder(
      ModelConfig config, EncoderModel model, Tokenizer tokenizer, Path tokenizerFolder) {
    this.model = model;
    context = new EncoderContext(model, tokenizer, tokenizerFolder, config);
    sentences = new SentenceEmbedder(context);
    tokens = new TokenEmbedder(context);
    sparse = new SparseEmbedder(context);
    ranker = new DocumentRanker(context);
    maskFilling = new MaskFilling(context);
    jointFilling = new JointFilling(context);
    pseudoLikelihood = new PseudoLikelihood(context);
    textClassification = new TextClassification(context);
    zeroShotClassification = new ZeroShotClassification(context);
    tokenClassification = new TokenClassification(context);
    questionAnswering = new QuestionAnswering(context);
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
      Path folder = config.tokenizerFolder().orElse(model.transformerFolder());
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
      return new OnnxEncoder(config, model, tokenizer, folder);
    } catch (RuntimeException | Error e) {
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
  public List<Embedding> embed(List<String> texts, EmbeddingOptions options) {
    return during(() -> sentences.embed(texts, options));
  }

  @Override
  public List<TokenEmbeddings> embedTokens(List<String> texts, EmbeddingOptions options) {
    return during(() -> tokens.embed(texts, options));
  }

  @Override
  public List<SparseEmbedding> embedSparse(List<String> texts, EmbeddingOptions options) {
    return during(() -> sparse.embed(texts, options));
  }

  @Override
  public List<RankedDocument> rerank(String query, List<String> documents, RerankOptions options) {
    return during(() -> ranker.rerank(query, documents, options));
  }

  @Override
  public List<Classification> classify(List<Input> texts, ClassificationOptions options) {
    return during(() -> textClassification.classify(texts, options));
  }

  @Override
  public List<Classification> classifyZeroShot(
      List<String> texts, List<String> candidateLabels, ZeroShotOptions options) {
    return during(() -> zeroShotClassification.classify(texts, candidateLabels, options));
  }

  @Override
  public List<List<Entity>> tag(List<String> texts, TaggingOptions options) {
    return during(() -> tokenClassification.tag(texts, options));
  }

  @Override
  public AnswerResult answer(String question, String context, AnswerOptions options) {
    return during(() -> questionAnswering.answer(question, context, options));
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
