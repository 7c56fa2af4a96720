package io.loquent.samples.cli;

import io.loquent.Input;
import io.loquent.ModelConfig;
import io.loquent.ModelInfo;
import io.loquent.ModelReport;
import io.loquent.Score;
import io.loquent.encoder.Answer;
import io.loquent.encoder.AnswerOptions;
import io.loquent.encoder.AnswerResult;
import io.loquent.encoder.Classification;
import io.loquent.encoder.ClassificationOptions;
import io.loquent.encoder.Embedding;
import io.loquent.encoder.EmbeddingOptions;
import io.loquent.encoder.Encoder;
import io.loquent.encoder.EncoderOptions;
import io.loquent.encoder.EncoderTask;
import io.loquent.encoder.Entity;
import io.loquent.encoder.FillMaskOptions;
import io.loquent.encoder.FilledMask;
import io.loquent.encoder.FilledText;
import io.loquent.encoder.JointFillOptions;
import io.loquent.encoder.LabelScore;
import io.loquent.encoder.MaskCandidate;
import io.loquent.encoder.PseudoLogLikelihoodOptions;
import io.loquent.encoder.RankedDocument;
import io.loquent.encoder.RerankOptions;
import io.loquent.encoder.SparseEmbedding;
import io.loquent.encoder.TaggingOptions;
import io.loquent.encoder.TokenEmbeddings;
import io.loquent.encoder.ZeroShotOptions;
import io.loquent.spi.EncoderProvider;
import io.loquent.spi.TokenizedText;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.CancellationException;

/**
 * An encoder whose results follow from the texts by counting letters. It remembers what it was
 * asked for.
 */
final class FakeEncoder implements EncoderProvider, Encoder {

  static final ModelInfo INFO =
      new ModelInfo(
          "reader",
          ModelInfo.Kind.ENCODER,
          "found model.onnx",
          "fp32",
          300,
          OptionalInt.of(64),
          new ModelInfo.SpecialTokens(
              OptionalInt.of(0), OptionalInt.empty(), List.of(), OptionalInt.empty()),
          List.of(),
          List.of());

  ModelReport report = new ModelReport(Optional.of(INFO), List.of("found model.onnx"), List.of());
  final List<EncoderOptions> options = new ArrayList<>();
  final List<Input> classified = new ArrayList<>();
  final List<ModelConfig> opened = new ArrayList<>();
  ModelConfig config;
  boolean cancels;
  int closed;

  @Override
  public Encoder open(ModelConfig config) {
    this.config = config;
    opened.add(config);
    return this;
  }

  @Override
  public ModelReport inspect(ModelConfig config) {
    this.config = config;
    return report;
  }

  private void called(EncoderOptions options) {
    this.options.add(options);
    if (cancels) {
      options.cancellation().cancel();
      throw new CancellationException("the call was cancelled");
    }
  }

  /** How many letters a, b and c there are. */
  private static float[] letters(String text) {
    float[] counts = new float[3];
    text.chars().filter(c -> c >= 'a' && c <= 'c').forEach(c -> counts[c - 'a']++);
    return counts;
  }

  @Override
  public List<Embedding> embed(List<String> texts, EmbeddingOptions options) {
    called(options);
    return texts.stream().map(text -> new Embedding(letters(text), text.length())).toList();
  }

  @Override
  public List<TokenEmbeddings> embedTokens(List<String> texts, EmbeddingOptions options) {
    called(options);
    return texts.stream()
        .map(
            text ->
                new TokenEmbeddings(
                    new TokenizedText(
                        new int[] {2, 7},
                        new int[2],
                        new int[] {TokenizedText.NONE, 0},
                        new int[] {TokenizedText.NONE, 0},
                        new int[] {0, 1},
                        new int[] {0, text.length()}),
                    new float[][] {{1, 2}, {3, 4}}))
        .toList();
  }

  @Override
  public List<SparseEmbedding> embedSparse(List<String> texts, EmbeddingOptions options) {
    called(options);
    return texts.stream()
        .map(
            text ->
                new SparseEmbedding(
                    List.of(
                        new SparseEmbedding.TokenWeight(1, "a", letters(text)[0]),
                        new SparseEmbedding.TokenWeight(2, "b", letters(text)[1])),
                    300,
                    text.length()))
        .toList();
  }

  @Override
  public List<RankedDocument> rerank(String query, List<String> documents, RerankOptions options) {
    called(options);
    List<RankedDocument> ranked = new ArrayList<>();
    for (int i = 0; i < documents.size(); i++) {
      float score = letters(documents.get(i))[query.charAt(0) - 'a'];
      ranked.add(new RankedDocument(i, documents.get(i), score, 10 * score));
    }
    ranked.sort(Comparator.comparingDouble(RankedDocument::score).reversed());
    return ranked.subList(0, Math.min(ranked.size(), options.topN().orElse(ranked.size())));
  }

  @Override
  public List<Classification> classify(List<Input> texts, ClassificationOptions options) {
    called(options);
    classified.addAll(texts);
    return texts.stream()
        .map(
            text ->
                new Classification(
                    List.of(
                        new LabelScore("GOOD", 1, 0.75), new LabelScore("NOT SO GOOD", 0, 0.25))))
        .toList();
  }

  @Override
  public List<Classification> classifyZeroShot(
      List<String> texts, List<String> candidateLabels, ZeroShotOptions options) {
    called(options);
    List<LabelScore> scores = new ArrayList<>();
    for (String label : candidateLabels) {
      scores.add(
          new LabelScore(options.hypothesis(label), scores.size(), 0.5 / (1 + scores.size())));
    }
    return texts.stream().map(text -> new Classification(scores)).toList();
  }

  @Override
  public List<List<Entity>> tag(List<String> texts, TaggingOptions options) {
    called(options);
    return texts.stream()
        .map(
            text ->
                List.of(
                    new Entity("PER", 0.875, text.substring(0, 3), 0, 3, 1, 1),
                    new Entity("LOCATION", 0.5, text.substring(7, 13), 7, 13, 3, 4)))
        .toList();
  }

  @Override
  public AnswerResult answer(String question, String context, AnswerOptions options) {
    called(options);
    boolean answerable = !options.handleImpossibleAnswer() || context.contains(question);
    return new AnswerResult(
        List.of(new Answer(context.substring(2, 5), 2, 5, 0.5, 4, 5)), 0.25, -1.5, answerable);
  }

  @Override
  public List<List<FilledMask>> fillMask(List<String> texts, FillMaskOptions options) {
    called(options);
    return texts.stream()
        .map(
            text ->
                List.of(
                    new FilledMask(
                        0,
                        text.indexOf('_'),
                        text.indexOf('_') + 1,
                        List.of(
                            new MaskCandidate(5, "x", 0.5, text.replace('_', 'x')),
                            new MaskCandidate(6, "y", 0.125, text.replace('_', 'y'))))))
        .toList();
  }

  @Override
  public List<List<FilledText>> fillJointly(List<String> texts, JointFillOptions options) {
    called(options);
    return texts.stream()
        .map(
            text ->
                List.of(
                    new FilledText(
                        text.replace('_', 'z'),
                        -0.5,
                        List.of(
                            new FilledText.Filling(
                                text.indexOf('_'), text.indexOf('_') + 1, 9, "z", -0.5)))))
        .toList();
  }

  @Override
  public List<Score> pseudoLogLikelihood(List<String> texts, PseudoLogLikelihoodOptions options) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Set<EncoderTask> tasks() {
    return EnumSet.allOf(EncoderTask.class);
  }

  @Override
  public ModelInfo model() {
    return INFO;
  }

  @Override
  public void close() {
    closed++;
  }
}
