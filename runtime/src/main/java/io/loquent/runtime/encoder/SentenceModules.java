package io.loquent.runtime.encoder;

import io.loquent.ModelLoadException;
import io.loquent.decoding.heads.SpladePooling;
import io.loquent.decoding.heads.UnitLength;
import io.loquent.decoding.heads.VectorStep;
import io.loquent.encoder.EncoderTask;
import io.loquent.encoder.Pooling;
import io.loquent.runtime.model.EncoderModel;
import io.loquent.runtime.model.SentenceModule;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * What a sentence transformer does to the vectors that its transformer gives, from {@code
 * modules.json} and the modules' folders. Immutable and thread-safe.
 */
final class SentenceModules {

  private final List<VectorStep> tokenSteps = new ArrayList<>();
  private final List<VectorStep> sentenceSteps = new ArrayList<>();
  private List<Pooling> pooling = List.of();
  private boolean includesPrompt = true;
  private boolean normalizes;
  private String source = "1_Pooling/config.json";
  private SpladePooling.Strategy strategy = SpladePooling.Strategy.MAX;
  private SpladePooling.Activation activation = SpladePooling.Activation.RELU;
  private boolean skipsTokens;
  private final boolean listed;
  private final boolean dense;

  private SentenceModules(boolean listed, boolean dense) {
    this.listed = listed;
    this.dense = dense;
  }

  /** Reads the modules of a model that makes vectors. */
  static SentenceModules of(EncoderModel model, Set<EncoderTask> tasks) {
    boolean dense = tasks.contains(EncoderTask.EMBED) || tasks.contains(EncoderTask.EMBED_TOKENS);
    if (!dense && !tasks.contains(EncoderTask.EMBED_SPARSE)) {
      return new SentenceModules(false, false);
    }
    SentenceModules modules = new SentenceModules(!model.modules().isEmpty(), dense);
    for (SentenceModule module : model.modules()) {
      modules.add(new ModuleReader(model, module.path()), module);
    }
    if (!modules.listed && dense) {
      modules.assumePooling(new ModuleReader(model, "1_Pooling"));
    }
    modules.takeNormalization();
    modules.checkSizes(model);
    return modules;
  }

  private void add(ModuleReader reader, SentenceModule module) {
    switch (module.type()) {
      case "Transformer", "MLMTransformer", "Dropout" -> {}
      case "Pooling" -> {
        pooling = reader.pooling();
        includesPrompt = reader.includesPrompt();
        source = module.path() + "/config.json";
      }
      case "SpladePooling" -> {
        strategy = reader.spladeStrategy();
        activation = reader.spladeActivation();
      }
      case "Dense" -> steps().add(reader.dense(!pooling.isEmpty()));
      case "LayerNorm" -> steps().add(reader.layerNormalization());
      case "Normalize" -> {
        reader.checkPlace(pools());
        steps().add(new UnitLength());
      }
      case "MultiVectorMask" -> skipsTokens = reader.skipsTokens();
      default ->
          throw new ModelLoadException(
              reader.where()
                  + ": modules.json lists a module of type \""
                  + module.type()
                  + "\"; supported are Transformer, Pooling, Dense, LayerNorm, Normalize, Dropout,"
                  + " MultiVectorMask, MLMTransformer and SpladePooling");
    }
  }

  private List<VectorStep> steps() {
    return pooling.isEmpty() ? tokenSteps : sentenceSteps;
  }

  /** A plain transformer's vectors are averaged, as sentence transformers does. */
  private void assumePooling(ModuleReader reader) {
    pooling = reader.hasConfig() ? reader.pooling() : List.of(Pooling.MEAN);
    includesPrompt = !reader.hasConfig() || reader.includesPrompt();
    source = reader.hasConfig() ? source : "nothing says otherwise";
  }

  /** A normalization at the end is one that options can change. */
  private void takeNormalization() {
    List<VectorStep> steps = steps();
    while (!steps.isEmpty() && steps.get(steps.size() - 1) instanceof UnitLength) {
      steps.remove(steps.size() - 1);
      normalizes = true;
    }
  }

  private void checkSizes(EncoderModel model) {
    int size = TokenOutput.size(model);
    size = size(model, tokenSteps, size);
    if (!pooling.isEmpty()) {
      size(model, sentenceSteps, size * pooling.size());
    }
  }

  /** How long vectors are after some steps; 0 if that is not known. */
  private static int size(EncoderModel model, List<VectorStep> steps, int first) {
    int size = first;
    for (VectorStep step : steps) {
      if (size > 0 && step.inputSize() > 0 && step.inputSize() != size) {
        throw new ModelLoadException(
            model.folder()
                + ": "
                + step
                + " of modules.json reads vectors of "
                + step.inputSize()
                + " numbers, and what is before it gives "
                + size
                + "; the folder's files do not belong together");
      }
      size = step.outputSize(size);
    }
    return size;
  }

  /** Whether one vector is made of a text's tokens; late interaction keeps them all. */
  boolean pools() {
    return !pooling.isEmpty();
  }

  /** In the order in which their results are joined. */
  List<Pooling> pooling() {
    return pooling;
  }

  /** Whether means and maxima are over the prompt's tokens too. */
  boolean includesPrompt() {
    return includesPrompt;
  }

  /** What is done to each token's vector. */
  List<VectorStep> tokenSteps() {
    return tokenSteps;
  }

  /** What is done to the pooled vector, before it is normalized. */
  List<VectorStep> sentenceSteps() {
    return sentenceSteps;
  }

  /** Whether vectors have length 1 in the end. */
  boolean normalizes() {
    return normalizes;
  }

  /** Whether each token's vector has length 1, as late interaction wants it. */
  boolean normalizesTokens() {
    return listed && dense && !pools();
  }

  /** Begins to pool a text's logits. */
  SpladePooling spladePooling(int size) {
    return new SpladePooling(strategy, activation, size);
  }

  List<String> findings() {
    List<String> findings = new ArrayList<>();
    if (!dense) {
      return findings;
    }
    if (pools()) {
      findings.add(
          "pooling: "
              + pooling
              + (includesPrompt ? "" : ", without the prompt's tokens")
              + " ("
              + source
              + ")");
    } else {
      findings.add("pooling: none, each token keeps its vector (modules.json)");
    }
    List<VectorStep> steps = new ArrayList<>(tokenSteps);
    steps.addAll(sentenceSteps);
    if (!steps.isEmpty()) {
      findings.add("layers behind the transformer: " + steps);
    }
    if (skipsTokens) {
      findings.add("note: all tokens keep their vectors, also those of the model's skiplist");
    }
    findings.add("vectors of length 1: " + (normalizes || normalizesTokens() ? "yes" : "no"));
    return findings;
  }
}
