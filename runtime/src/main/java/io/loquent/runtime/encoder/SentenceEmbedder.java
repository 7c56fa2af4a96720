package io.loquent.runtime.encoder;

import io.loquent.InvalidRequestException;
import io.loquent.encoder.Embedding;
import io.loquent.encoder.EmbeddingOptions;
import io.loquent.encoder.EncoderTask;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Makes one vector of each text. Thread-safe until the model is closed. */
public final class SentenceEmbedder {

  /** A sentence or two, so that a window's first words have something before them. */
  static final int USUAL_STRIDE = 32;

  private final EncoderContext context;

  /**
   * Binds the task to a model.
   *
   * @param context what its tasks share
   */
  public SentenceEmbedder(EncoderContext context) {
    this.context = context;
  }

  /**
   * Makes vectors: see {@link io.loquent.encoder.Encoder#embed(List, EmbeddingOptions)}.
   *
   * @param texts the texts
   * @param options how
   * @return a vector for each
   */
  public List<Embedding> embed(List<String> texts, EmbeddingOptions options) {
    context.need(EncoderTask.EMBED);
    if (options.maxActiveDimensions().isPresent()) {
      throw new InvalidRequestException(
          "max_active_dims is for sparse vectors; use dimensions to cut dense ones");
    }
    List<PromptedText> prompted = context.prompts().apply(texts, options);
    boolean anyPrompt = prompted.stream().anyMatch(text -> text.promptEnd() > 0);
    SentencePlan plan = SentencePlan.of(context.model(), context.modules(), options, anyPrompt);
    List<Window> windows = context.reader().readPrompted(prompted, options, USUAL_STRIDE);
    Mean[] means = new Mean[texts.size()];
    for (int i = 0; i < means.length; i++) {
      means[i] = new Mean();
    }
    context
        .batches()
        .run(
            windows,
            Set.of(plan.output()),
            options,
            (window, outputs, row) ->
                means[window.text()].add(
                    window, plan.read(window, prompted.get(window.text()), outputs, row)));
    List<Embedding> embeddings = new ArrayList<>(means.length);
    for (Mean mean : means) {
      embeddings.add(finish(mean, plan, options));
    }
    return embeddings;
  }

  private static Embedding finish(Mean mean, SentencePlan plan, EmbeddingOptions options) {
    Embedding embedding = mean.result();
    boolean changed = mean.windows > 1;
    if (options.dimensions().isPresent()) {
      embedding = embedding.truncated(options.dimensions().getAsInt());
      changed = true;
    }
    return changed && plan.normalizes() ? embedding.normalized() : embedding;
  }

  /** The mean of a text's windows, each weighted by the tokens that no window before it has. */
  private static final class Mean {
    int windows;
    private float @Nullable [] only;
    private double[] sum = {};
    private double weight;
    private int tokens;

    void add(Window window, float[] vector) {
      double own = Math.max(1, Cutting.size(window.tokens(), 0) - window.shared());
      if (windows == 0) {
        only = vector;
        sum = new double[vector.length];
      }
      for (int i = 0; i < sum.length; i++) {
        sum[i] += own * vector[i];
      }
      weight += own;
      tokens += window.length();
      windows++;
    }

    Embedding result() {
      if (windows == 1 && only != null) {
        return new Embedding(only, tokens);
      }
      float[] mean = new float[sum.length];
      for (int i = 0; i < mean.length; i++) {
        mean[i] = (float) (sum[i] / weight);
      }
      return new Embedding(mean, tokens);
    }
  }
}
