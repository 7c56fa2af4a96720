package io.loquent.runtime.encoder;

import io.loquent.InvalidRequestException;
import io.loquent.ModelLoadException;
import io.loquent.decoding.heads.DenseActivation;
import io.loquent.decoding.heads.LogitsCheck;
import io.loquent.encoder.EncoderTask;
import io.loquent.encoder.RankedDocument;
import io.loquent.encoder.RerankOptions;
import io.loquent.encoder.RerankOptions.Activation;
import io.loquent.runtime.model.EncoderModel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Orders documents by a cross-encoder's logit. Thread-safe until the model is closed.
 *
 * <p>What makes a score of the logit is read where sentence transformers' {@code CrossEncoder}
 * writes it: {@code sentence_transformers.activation_fn} or {@code
 * sbert_ce_default_activation_function} of {@code config.json}, or {@code activation_fn} of {@code
 * config_sentence_transformers.json}.
 */
public final class DocumentRanker {

  private static final int USUAL_STRIDE = 64;

  private final EncoderContext context;
  private final Activation activation;

  /**
   * Binds the task to a model.
   *
   * @param context what its tasks share
   * @throws ModelLoadException if the folder names an activation that is not supported
   */
  public DocumentRanker(EncoderContext context) {
    this.context = context;
    activation =
        context.tasks().contains(EncoderTask.RERANK)
            ? activation(context.model())
            : Activation.SIGMOID;
  }

  private static Activation activation(EncoderModel model) {
    Map<String, @Nullable Object> config = model.json("config.json");
    @Nullable Object name =
        config.get("sentence_transformers") instanceof Map<?, ?> settings
            ? settings.get("activation_fn")
            : null;
    name = name == null ? config.get("sbert_ce_default_activation_function") : name;
    name =
        name == null ? model.json("config_sentence_transformers.json").get("activation_fn") : name;
    if (name == null) {
      return Activation.SIGMOID;
    }
    @Nullable DenseActivation known = DenseActivation.of(String.valueOf(name)).orElse(null);
    if (known == DenseActivation.IDENTITY) {
      return Activation.IDENTITY;
    }
    if (known == DenseActivation.SIGMOID) {
      return Activation.SIGMOID;
    }
    throw new ModelLoadException(
        model.folder()
            + ": the activation of a cross-encoder is "
            + name
            + "; supported are Identity and Sigmoid of PyTorch");
  }

  /**
   * Orders documents: see {@link io.loquent.encoder.Encoder#rerank(String, List, RerankOptions)}.
   *
   * @param query the query
   * @param documents the documents
   * @param options how
   * @return the documents, the best first
   */
  public List<RankedDocument> rerank(String query, List<String> documents, RerankOptions options) {
    context.need(EncoderTask.RERANK);
    List<Window> windows = new ArrayList<>();
    for (int i = 0; i < documents.size(); i++) {
      String document = documents.get(i);
      context.reader().readPair(i, query, document, 1, options, USUAL_STRIDE, windows);
    }
    float[] logits = new float[documents.size()];
    Arrays.fill(logits, Float.NEGATIVE_INFINITY);
    context
        .batches()
        .run(
            windows,
            Set.of(TaskDetection.LOGITS),
            options,
            (window, outputs, row) -> {
              float[] logit = outputs.row(TaskDetection.LOGITS, row);
              check(logit);
              logits[window.text()] = Math.max(logits[window.text()], logit[0]);
            });
    Activation chosen = options.activation().orElse(activation);
    return IntStream.range(0, logits.length)
        .mapToObj(i -> new RankedDocument(i, documents.get(i), score(chosen, logits[i]), logits[i]))
        .sorted(Comparator.comparingDouble(RankedDocument::logit).reversed())
        .limit(options.topN().orElse(logits.length))
        .collect(Collectors.toList());
  }

  private void check(float[] logits) {
    LogitsCheck.checkFinite(logits, "the pair's logit");
    if (logits.length != 1) {
      throw new InvalidRequestException(
          context.model().info().name()
              + " gives "
              + logits.length
              + " logits for a pair of texts; ordering documents needs a cross-encoder with one");
    }
  }

  private static float score(Activation activation, float logit) {
    return switch (activation) {
      case IDENTITY -> logit;
      case SIGMOID -> (float) DenseActivation.sigmoid(logit);
    };
  }
}
