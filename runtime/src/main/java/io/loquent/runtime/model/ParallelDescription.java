package io.loquent.runtime.model;

import io.loquent.ModelInfo;
import io.loquent.decoding.parallel.ParallelModel;
import java.util.ArrayList;
import java.util.List;

/** Puts what is known about an opened model for parallel decoding into words. */
final class ParallelDescription {

  private ParallelDescription() {}

  static ModelInfo describe(
      ModelFiles files,
      ParallelFamily family,
      ParallelModel model,
      List<Graph> graphs,
      int vocabularySize) {
    List<ModelInfo.Tensor> tensors = new ArrayList<>();
    for (Graph graph : graphs) {
      ModelDescription.add(graph, List.of(), tensors);
    }
    return new ModelInfo(
        String.valueOf(files.folder().toAbsolutePath().normalize().getFileName()),
        ModelInfo.Kind.NON_AUTOREGRESSIVE,
        files.layout().reason() + "; " + words(model) + ", because " + family.reason(),
        files.layout().precision(),
        vocabularySize,
        files.config().contextLength(),
        ModelDescription.tokens(files.config().defaults()),
        tensors,
        notes(files, model));
  }

  private static String words(ParallelModel model) {
    return switch (model.family()) {
      case CONDITIONAL_MASKED -> "fills masked canvases, whose length is found by " + length(model);
      case LEVENSHTEIN -> "deletes, inserts and fills (Levenshtein Transformer)";
      case INSERTION -> "inserts tokens (Insertion Transformer)";
      case CTC -> "CTC over frames, blank " + model.blankToken().orElse(-1);
      case DIRECTED_ACYCLIC ->
          "a directed acyclic graph with " + model.upsample() + " vertices per source token";
      case MASKED_LANGUAGE_MODEL ->
          "fills the masks of its input (masked language model), which are token "
              + model.maskToken().orElse(-1);
      case MASKED_DIFFUSION ->
          "masked diffusion"
              + (model.logitsShift() == 1 ? ", logits one slot ahead" : "")
              + (model.hasCache() ? ", with a cache for parts of the canvas" : "");
    };
  }

  private static String length(ParallelModel model) {
    return switch (model.lengthMode()) {
      case CLASSES -> "the encoder's length classes";
      case OFFSET_CLASSES -> "the encoder's classes of length differences";
      case SOURCE -> "the source's length times " + model.upsample();
      case OPTION -> "max_new_tokens";
    };
  }

  private static List<String> notes(ModelFiles files, ParallelModel model) {
    List<String> notes = new ArrayList<>(files.config().notes());
    if (files.quantizesActivations()) {
      notes.add(
          "the graph quantizes activations per call: its numbers depend on what runs together, so"
              + " a batched result may differ from a single one");
    }
    if (model.family() == ParallelModel.Family.MASKED_DIFFUSION && !model.endToken().isPresent()) {
      notes.add("no end token is known: the output is as long as max_new_tokens says");
    }
    return notes;
  }
}
