package io.loquent.runtime.encoder;

import io.loquent.InvalidRequestException;
import io.loquent.decoding.heads.SpladePooling;
import io.loquent.encoder.EmbeddingOptions;
import io.loquent.encoder.EncoderTask;
import io.loquent.encoder.SparseEmbedding;
import io.loquent.runtime.model.EncoderOutputs;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Makes a sparse vector over the vocabulary of each text. Thread-safe until the model is closed.
 */
public final class SparseEmbedder {

  private final EncoderContext context;

  /**
   * Binds the task to a model.
   *
   * @param context what its tasks share
   */
  public SparseEmbedder(EncoderContext context) {
    this.context = context;
  }

  /**
   * Makes vectors: see {@link io.loquent.encoder.Encoder#embedSparse(List, EmbeddingOptions)}.
   *
   * @param texts the texts
   * @param options how
   * @return a vector for each
   */
  public List<SparseEmbedding> embed(List<String> texts, EmbeddingOptions options) {
    context.need(EncoderTask.EMBED_SPARSE);
    refuse(options);
    List<PromptedText> prompted = context.prompts().apply(texts, options);
    List<Window> windows = context.reader().readPrompted(prompted, options, 0);
    int[] missing = new int[texts.size()];
    windows.forEach(window -> missing[window.text()]++);
    SparseEmbedding[] embeddings = new SparseEmbedding[texts.size()];
    // Vectors as long as the vocabulary are kept only for texts that are not read to their end.
    Map<Integer, Text> begun = new HashMap<>();
    context
        .batches()
        .run(
            windows,
            Set.of(TaskDetection.LOGITS),
            options,
            (window, outputs, row) -> {
              int text = window.text();
              Text reading = begun.computeIfAbsent(text, any -> begin(outputs));
              reading.add(window, outputs, row);
              if (--missing[text] == 0) {
                embeddings[text] = finish(reading, options);
                begun.remove(text);
              }
            });
    return Arrays.asList(embeddings);
  }

  private static void refuse(EmbeddingOptions options) {
    String found =
        !options.pooling().isEmpty()
            ? "pooling " + options.pooling()
            : options.normalize().isPresent()
                ? "normalize=" + options.normalize().get()
                : options.dimensions().isPresent()
                    ? "dimensions=" + options.dimensions().getAsInt()
                    : "";
    if (!found.isEmpty()) {
      throw new InvalidRequestException(
          found + " is for dense vectors; sparse ones can be cut by max_active_dims");
    }
  }

  private Text begin(EncoderOutputs outputs) {
    int size = TokenOutput.size(outputs, TaskDetection.LOGITS);
    return new Text(context.modules().spladePooling(size), size);
  }

  private SparseEmbedding finish(Text text, EmbeddingOptions options) {
    float[] weights = text.pooling.weights();
    List<SparseEmbedding.TokenWeight> entries = new ArrayList<>();
    for (int id = 0; id < weights.length; id++) {
      if (weights[id] > 0) {
        String token = context.reader().tokenizer().idToToken(id).orElse("");
        entries.add(new SparseEmbedding.TokenWeight(id, token, weights[id]));
      }
    }
    SparseEmbedding all = new SparseEmbedding(entries, weights.length, text.tokens);
    int most = Math.min(options.maxActiveDimensions().orElse(entries.size()), entries.size());
    return new SparseEmbedding(all.weights().subList(0, most), weights.length, text.tokens);
  }

  /** A text that is being read. */
  private static final class Text {
    final SpladePooling pooling;
    final float[] logits;
    int tokens;

    Text(SpladePooling pooling, int size) {
      this.pooling = pooling;
      logits = new float[size];
    }

    /** Adds a window, without the tokens of the text that the one before has too. */
    void add(Window window, EncoderOutputs outputs, int row) {
      int ofText = 0;
      for (int token = 0; token < window.length(); token++) {
        if (window.tokens().isSpecial(token) || ofText++ >= window.shared()) {
          outputs.token(TaskDetection.LOGITS, row, token, logits);
          pooling.add(logits);
        }
      }
      tokens += window.length();
    }
  }
}
