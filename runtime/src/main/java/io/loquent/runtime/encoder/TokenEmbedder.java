package io.loquent.runtime.encoder;

import io.loquent.InvalidRequestException;
import io.loquent.decoding.heads.LogitsCheck;
import io.loquent.decoding.heads.UnitLength;
import io.loquent.decoding.heads.VectorStep;
import io.loquent.encoder.EmbeddingOptions;
import io.loquent.encoder.EncoderTask;
import io.loquent.encoder.TokenEmbeddings;
import io.loquent.runtime.model.EncoderOutputs;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/** Makes one vector of each token. Thread-safe until the model is closed. */
public final class TokenEmbedder {

  private static final UnitLength UNIT = new UnitLength();

  private final EncoderContext context;

  /**
   * Binds the task to a model.
   *
   * @param context what its tasks share
   */
  public TokenEmbedder(EncoderContext context) {
    this.context = context;
  }

  /**
   * Makes vectors: see {@link io.loquent.encoder.Encoder#embedTokens(List, EmbeddingOptions)}.
   *
   * @param texts the texts
   * @param options how
   * @return vectors for each
   */
  public List<TokenEmbeddings> embed(List<String> texts, EmbeddingOptions options) {
    context.need(EncoderTask.EMBED_TOKENS);
    refuse(options);
    String output =
        TokenOutput.of(context.model())
            .orElseThrow(() -> new IllegalStateException("a task without its output"));
    List<PromptedText> prompted = context.prompts().apply(texts, options);
    List<Window> windows =
        context.reader().readPrompted(prompted, options, SentenceEmbedder.USUAL_STRIDE);
    WindowJoin[] joins = new WindowJoin[texts.size()];
    for (Window window : windows) {
      int text = window.text();
      joins[text] = joins[text] == null ? new WindowJoin() : joins[text];
      joins[text].expect(window);
    }
    context
        .batches()
        .run(
            windows,
            Set.of(output),
            options,
            (window, outputs, row) ->
                joins[window.text()].set(
                    window.number(), read(output, window, outputs, row, options)));
    List<TokenEmbeddings> embeddings = new ArrayList<>(joins.length);
    for (int text = 0; text < joins.length; text++) {
      embeddings.add(joins[text].result(prompted.get(text)));
    }
    return embeddings;
  }

  private static void refuse(EmbeddingOptions options) {
    if (!options.pooling().isEmpty()) {
      throw new InvalidRequestException(
          "pooling " + options.pooling() + " makes one vector of a text; use embed for it");
    }
    if (options.maxActiveDimensions().isPresent()) {
      throw new InvalidRequestException(
          "max_active_dims is for sparse vectors; use dimensions to cut dense ones");
    }
  }

  private float[][] read(
      String output, Window window, EncoderOutputs outputs, int row, EmbeddingOptions options) {
    boolean normalizes = options.normalize().orElse(context.modules().normalizesTokens());
    float[][] vectors = new float[window.length()][];
    float[] token = new float[TokenOutput.size(outputs, output)];
    for (int position = 0; position < vectors.length; position++) {
      outputs.token(output, row, position, token);
      LogitsCheck.checkFinite(token, "a token vector's number");
      float[] vector = token;
      for (VectorStep step : context.modules().tokenSteps()) {
        vector = step.apply(vector);
      }
      vector = Arrays.copyOf(vector, dimensions(options, vector.length));
      vectors[position] = normalizes ? UNIT.apply(vector) : vector;
    }
    return vectors;
  }

  private static int dimensions(EmbeddingOptions options, int size) {
    int dimensions = options.dimensions().orElse(size);
    if (dimensions > size) {
      throw new InvalidRequestException(
          "dimensions must be from 1 to the vector's " + size + "; found " + dimensions);
    }
    return dimensions;
  }
}
