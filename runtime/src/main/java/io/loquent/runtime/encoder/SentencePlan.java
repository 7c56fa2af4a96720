package io.loquent.runtime.encoder;

import io.loquent.InvalidRequestException;
import io.loquent.decoding.heads.LogitsCheck;
import io.loquent.decoding.heads.TokenPooling;
import io.loquent.decoding.heads.UnitLength;
import io.loquent.decoding.heads.VectorStep;
import io.loquent.encoder.EmbeddingOptions;
import io.loquent.encoder.Pooling;
import io.loquent.runtime.model.EncoderModel;
import io.loquent.runtime.model.EncoderOutputs;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * How one call makes vectors of rows: from which output, pooled and changed how. Immutable and
 * thread-safe.
 */
final class SentencePlan {

  private static final String SENTENCE = "sentence_embedding";
  private static final UnitLength UNIT = new UnitLength();

  private final String output;
  private final List<Pooling> pooling;
  private final boolean includesPrompt;
  private final List<VectorStep> tokenSteps;
  private final List<VectorStep> sentenceSteps;
  private final boolean normalizes;

  private SentencePlan(
      String output, List<Pooling> pooling, boolean normalizes, SentenceModules modules) {
    this.output = output;
    this.pooling = pooling;
    this.normalizes = normalizes;
    includesPrompt = modules.includesPrompt();
    tokenSteps = modules.tokenSteps();
    sentenceSteps = new ArrayList<>(modules.sentenceSteps());
  }

  /** Plans a call, or says which option the graph leaves no room for. */
  static SentencePlan of(
      EncoderModel model, SentenceModules modules, EmbeddingOptions options, boolean prompted) {
    boolean normalizes = options.normalize().orElse(modules.normalizes());
    List<String> reasons = new ArrayList<>();
    if (!options.pooling().isEmpty()) {
      reasons.add("pooling " + options.pooling());
    }
    if (modules.normalizes() && !normalizes) {
      reasons.add("normalize=false");
    }
    if (prompted && !modules.includesPrompt()) {
      reasons.add("a prompt that is not pooled");
    }
    if (model.outputs().containsKey(SENTENCE) && reasons.isEmpty()) {
      SentencePlan plan = new SentencePlan(SENTENCE, List.of(), normalizes, modules);
      plan.leaveOutWhatTheGraphDoes(model.outputs().get(SENTENCE));
      return plan;
    }
    String tokens =
        TokenOutput.of(model)
            .orElseThrow(
                () ->
                    new InvalidRequestException(
                        model.info().name()
                            + " gives only sentence_embedding, which is pooled already, and needs"
                            + " token vectors for "
                            + reasons.stream().collect(Collectors.joining(" and "))
                            + "; use a graph with last_hidden_state or token_embeddings"));
    List<Pooling> pooling = options.pooling().isEmpty() ? modules.pooling() : options.pooling();
    if (pooling.isEmpty()) {
      throw new InvalidRequestException(
          model.info().name()
              + " keeps a vector for each token (modules.json has no Pooling); use embedTokens, or"
              + " set pooling");
    }
    return new SentencePlan(tokens, pooling, normalizes, modules);
  }

  /**
   * Exports of whole sentence transformers have all modules in the graph; where the output is as
   * wide as what a layer reads and not as what the last one gives, they are not there.
   */
  private void leaveOutWhatTheGraphDoes(List<Long> shape) {
    long width = shape.size() == 2 ? shape.get(1) : -1;
    if (sentenceSteps.isEmpty()
        || width != sentenceSteps.get(0).inputSize()
        || width == finalSize((int) width)) {
      sentenceSteps.clear();
    }
  }

  private int finalSize(int first) {
    int size = first;
    for (VectorStep step : sentenceSteps) {
      size = step.outputSize(size);
    }
    return size;
  }

  /** The output that rows are read from. */
  String output() {
    return output;
  }

  /** Whether vectors have length 1 in the end. */
  boolean normalizes() {
    return normalizes;
  }

  /** Makes a window's vector. */
  float[] read(Window window, PromptedText text, EncoderOutputs outputs, int row) {
    float[] vector =
        output.equals(SENTENCE)
            ? outputs.row(SENTENCE, row)
            : pool(window, includesPrompt ? 0 : promptLength(window, text), outputs, row);
    // Before the layers, of which a tanh makes an ordinary number of an infinite one.
    LogitsCheck.checkFinite(vector, "the vector's number");
    for (VectorStep step : sentenceSteps) {
      check(step, vector.length);
      vector = step.apply(vector);
    }
    return normalizes ? UNIT.apply(vector) : vector;
  }

  /** How many tokens are left out at the beginning: the prompt's and the special ones before. */
  private static int promptLength(Window window, PromptedText text) {
    return text.promptTokens(window.tokens()).max().orElse(-1) + 1;
  }

  private float[] pool(Window window, int leftOut, EncoderOutputs outputs, int row) {
    List<TokenPooling> pools = new ArrayList<>();
    float[] token = new float[TokenOutput.size(outputs, output)];
    int size = 0;
    for (int position = 0; position < window.length(); position++) {
      outputs.token(output, row, position, token);
      if (!tokenSteps.isEmpty()) {
        LogitsCheck.checkFinite(token, "a token vector's number");
      }
      float[] vector = token;
      for (VectorStep step : tokenSteps) {
        vector = step.apply(vector);
      }
      if (position == 0) {
        size = vector.length;
        for (Pooling kind : pooling) {
          pools.add(new TokenPooling(kind, size));
        }
      }
      for (TokenPooling pool : pools) {
        pool.add(vector, position, position >= leftOut);
      }
    }
    float[] pooled = new float[size * pools.size()];
    for (int i = 0; i < pools.size(); i++) {
      pools.get(i).writeTo(pooled, i * size);
    }
    return pooled;
  }

  private void check(VectorStep step, int size) {
    if (step.inputSize() > 0 && step.inputSize() != size) {
      throw new InvalidRequestException(
          "pooling "
              + pooling
              + " gives "
              + size
              + " numbers, and the model's "
              + step
              + " reads "
              + step.inputSize());
    }
  }
}
