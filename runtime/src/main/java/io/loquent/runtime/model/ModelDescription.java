package io.loquent.runtime.model;

import io.loquent.GenerationOptions;
import io.loquent.ModelInfo;
import io.loquent.Option;
import io.loquent.runtime.onnx.LogitsPositions;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/** Puts what is known about an opened model into words. */
final class ModelDescription {

  private ModelDescription() {}

  static ModelInfo describe(ModelParts parts, int vocabularySize) {
    return new ModelInfo(
        String.valueOf(parts.folder().toAbsolutePath().normalize().getFileName()),
        kind(parts),
        layout(parts),
        parts.layout().precision(),
        vocabularySize,
        parts.config().contextLength(),
        tokens(parts.config().defaults()),
        tensors(parts),
        notes(parts));
  }

  private static ModelInfo.Kind kind(ModelParts parts) {
    if (!parts.encoder().isPresent()) {
      return ModelInfo.Kind.DECODER;
    }
    return parts.isRecurrent()
        ? ModelInfo.Kind.RECURRENT_ENCODER_DECODER
        : ModelInfo.Kind.ENCODER_DECODER;
  }

  private static String layout(ModelParts parts) {
    DecoderGraphs decoder = parts.decoder();
    String cache;
    if (parts.isRecurrent()) {
      cache = "states of fixed size, replaced at each step";
    } else if (!decoder.hasCache()) {
      cache = "no cache: every step runs over the whole sequence";
    } else if (parts.sharesBuffers()) {
      cache = "past and present share one buffer (GroupQueryAttention)";
    } else if (decoder.isMerged()) {
      cache = "cache in both branches of one graph (use_cache_branch)";
    } else if (decoder.isSplit()) {
      cache = "one graph starts a sequence, another continues it";
    } else {
      cache = "cache passed in and out (past of length 0 at first)";
    }
    return parts.layout().reason() + "; " + cache;
  }

  static ModelInfo.SpecialTokens tokens(GenerationOptions defaults) {
    return new ModelInfo.SpecialTokens(
        optional(defaults, Option.PAD_TOKEN_ID),
        optional(defaults, Option.BOS_TOKEN_ID),
        defaults.get(Option.EOS_TOKEN_ID).orElse(List.of()),
        optional(defaults, Option.DECODER_START_TOKEN_ID));
  }

  private static OptionalInt optional(GenerationOptions options, Option<Integer> option) {
    return options.get(option).map(OptionalInt::of).orElse(OptionalInt.empty());
  }

  private static List<ModelInfo.Tensor> tensors(ModelParts parts) {
    List<ModelInfo.Tensor> tensors = new ArrayList<>();
    parts.encoder().ifPresent(graph -> add(graph, List.of(), tensors));
    add(parts.decoder().first, parts.decoder().states, tensors);
    if (parts.decoder().isSplit()) {
      add(parts.decoder().next, parts.decoder().states, tensors);
    }
    return tensors;
  }

  static void add(Graph graph, List<StateTensor> states, List<ModelInfo.Tensor> tensors) {
    for (TensorSpec input : graph.inputs().values()) {
      if (input.name().equals(LogitsPositions.INPUT)) {
        continue; // Loquent's own addition, not the file's.
      }
      boolean state = states.stream().anyMatch(each -> each.input().equals(input.name()));
      ModelInfo.Role role = state ? ModelInfo.Role.STATE_INPUT : ModelInfo.Role.INPUT;
      tensors.add(tensor(graph, role, input));
    }
    for (TensorSpec output : graph.outputs().values()) {
      boolean state = states.stream().anyMatch(each -> each.output().equals(output.name()));
      ModelInfo.Role role = state ? ModelInfo.Role.STATE_OUTPUT : ModelInfo.Role.OUTPUT;
      tensors.add(tensor(graph, role, output));
    }
  }

  private static ModelInfo.Tensor tensor(Graph graph, ModelInfo.Role role, TensorSpec spec) {
    return new ModelInfo.Tensor(
        graph.name(), role, spec.name(), spec.type().name(), spec.describeShape());
  }

  private static List<String> notes(ModelParts parts) {
    List<String> notes = new ArrayList<>(parts.config().notes());
    if (parts.quantizesActivations()) {
      notes.add(
          "the graph quantizes activations per call (dynamic int8, or MatMulNBits with"
              + " accuracy_level 4): its numbers depend on how tokens are grouped into calls, so a"
              + " batched result may differ from a single one, a run with a cache from one without,"
              + " and one with guessed tokens from one without");
    }
    if (parts.decoder().wastesCache()) {
      notes.add(
          parts.decoder().first.name()
              + " gives a cache that it cannot take back: without decoder_with_past_model.onnx"
              + " beside it every step runs over the whole sequence, which is slow");
    }
    if (!parts.encoder().isPresent()
        && !parts.sharesBuffers()
        && !parts.decoder().toleratesLeftPadding()) {
      notes.add(
          "the graph cannot tell padding from text (it has no position_ids, or no attention_mask):"
              + " prompts of unequal length run in batches of their own");
    }
    if (parts.config().defaults().get(Option.EOS_TOKEN_ID).orElse(List.of()).isEmpty()) {
      notes.add("no end token is known: generation ends by length or stop strings only");
    }
    return notes;
  }
}
