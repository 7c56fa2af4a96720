package io.loquent.runtime.encoder;

import static io.loquent.runtime.encoder.TaskDetection.LOGITS;

import io.loquent.decoding.heads.LabelScores;
import io.loquent.decoding.heads.TagAggregation;
import io.loquent.decoding.heads.TaggedSpan;
import io.loquent.decoding.heads.TextTokens;
import io.loquent.encoder.AggregationStrategy;
import io.loquent.encoder.ClassificationFunction;
import io.loquent.encoder.EncoderTask;
import io.loquent.encoder.Entity;
import io.loquent.encoder.TaggingOptions;
import io.loquent.runtime.model.EncoderOutputs;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Labels parts of texts. Thread-safe until the model is closed. */
public final class TokenClassification {

  /** As much as a window can share with the next: half of it. */
  private static final int HALF_OF_WINDOW = Integer.MAX_VALUE;

  private final EncoderContext context;

  /**
   * Binds the task to a model.
   *
   * @param context the model
   */
  public TokenClassification(EncoderContext context) {
    this.context = context;
  }

  /**
   * Labels texts.
   *
   * @param texts the texts
   * @param options how tokens become entities
   * @return the entities of each text, in order
   */
  public List<List<Entity>> tag(List<String> texts, TaggingOptions options) {
    context.need(EncoderTask.TAG);
    List<Window> windows = new ArrayList<>();
    List<SplitText> split = new ArrayList<>();
    List<List<ClearestView>> views = new ArrayList<>();
    double[][][] scores = new double[texts.size()][][];
    for (int i = 0; i < texts.size(); i++) {
      List<Window> ofText = new ArrayList<>();
      context.reader().read(i, texts.get(i), options, HALF_OF_WINDOW, ofText);
      windows.addAll(ofText);
      split.add(SplitText.of(ofText, 0, texts.get(i)));
      views.add(ClearestView.of(ofText));
      scores[i] = new double[views.get(i).size()][];
    }
    context
        .batches()
        .run(
            windows,
            Set.of(LOGITS),
            options,
            (window, outputs, row) -> {
              int text = window.text();
              read(views.get(text), window, outputs, row, scores[text]);
            });
    List<List<Entity>> results = new ArrayList<>();
    for (int i = 0; i < texts.size(); i++) {
      results.add(entities(texts.get(i), split.get(i), scores[i], options));
    }
    return results;
  }

  /** Reads the probabilities of the tokens that are seen best in a window. */
  private static void read(
      List<ClearestView> views, Window window, EncoderOutputs outputs, int row, double[][] scores) {
    float[] logits = new float[(int) outputs.shape(LOGITS)[2]];
    int end = Math.min(scores.length, window.first() + window.length());
    for (int token = window.first(); token < end; token++) {
      ClearestView view = views.get(token);
      if (view.window().number() == window.number()) {
        outputs.token(LOGITS, row, view.token(), logits);
        scores[token] = LabelScores.of(ClassificationFunction.SOFTMAX, logits);
      }
    }
  }

  private List<Entity> entities(
      String text, SplitText split, double[][] scores, TaggingOptions options) {
    List<Entity> entities = new ArrayList<>();
    if (scores.length == 0) {
      return entities;
    }
    TextTokens tokens = split.tokens();
    boolean joined = options.aggregationStrategy() != AggregationStrategy.NONE;
    for (TaggedSpan span :
        aggregation(scores[0].length).aggregate(scores, tokens, options.aggregationStrategy())) {
      int start = tokens.start(span.first());
      int end = Math.max(start, tokens.end(span.last()));
      boolean blank = joined && start == end;
      if (!blank && !options.ignoreLabels().contains(span.label())) {
        entities.add(
            new Entity(
                span.label(),
                span.score(),
                text.substring(start, end),
                start,
                end,
                split.leading() + span.first(),
                split.leading() + span.last()));
      }
    }
    return entities;
  }

  private TagAggregation aggregation(int labels) {
    return new TagAggregation(
        IntStream.range(0, labels).mapToObj(context.labels()::name).collect(Collectors.toList()));
  }
}
