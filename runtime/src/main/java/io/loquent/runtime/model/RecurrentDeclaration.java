package io.loquent.runtime.model;

import io.loquent.ModelLoadException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The content of {@code states.json}, which declares what no naming convention covers: the states
 * and constants of a recurrent encoder-decoder.
 *
 * <pre>
 * {"encoder": {"file": ..., "inputs": {"input_ids": NAME, "attention_mask": NAME}},
 *  "decoder": {"file": ..., "token_input": NAME, "logits_output": NAME,
 *    "states": [{"input": NAME, "output": NAME, "batch_axis": N,
 *                "initial": {"encoder_output": NAME} or {"zeros": ["batch", SIZE, ...]}}],
 *    "constants": [{"input": NAME, "batch_axis": N,
 *                   "source": {"encoder_output": NAME} or {"encoder_input": NAME}}]}}
 * </pre>
 *
 * @param tokenInput the decoder's input of one token per row
 * @param logitsOutput the decoder's scores
 * @param states the decoder's states
 * @param initial the encoder output that each state starts from, by state input; absent for zeros
 * @param constants the decoder's constant inputs
 * @param encoderInputs the encoder's names of {@code input_ids} and {@code attention_mask}
 */
record RecurrentDeclaration(
    String tokenInput,
    String logitsOutput,
    List<StateTensor> states,
    Map<String, String> initial,
    Map<String, DecoderGraphs.EncoderSource> constants,
    Map<String, String> encoderInputs) {

  static RecurrentDeclaration read(Path file, Graph encoder, Graph decoder) {
    return new Reader(file, encoder, decoder).read();
  }

  /** Checks each name against the graphs while reading. */
  private static final class Reader {
    private final Path file;
    private final Graph encoder;
    private final Graph decoder;

    Reader(Path file, Graph encoder, Graph decoder) {
      this.file = file;
      this.encoder = encoder;
      this.decoder = decoder;
    }

    RecurrentDeclaration read() {
      Map<String, @Nullable Object> json = FolderConfig.read(file);
      Map<String, @Nullable Object> encoderJson = FolderConfig.object(json.get("encoder"));
      Map<String, @Nullable Object> decoderJson = FolderConfig.object(json.get("decoder"));
      Map<String, String> encoderInputs = new LinkedHashMap<>();
      FolderConfig.object(encoderJson.get("inputs"))
          .forEach(
              (role, name) ->
                  encoderInputs.put(
                      role, known(String.valueOf(name), encoder.inputs(), encoder, "inputs")));
      Map<String, String> initial = new LinkedHashMap<>();
      List<StateTensor> states = new ArrayList<>();
      for (Map<String, @Nullable Object> state : list(decoderJson, "states")) {
        states.add(state(state, initial));
      }
      Map<String, DecoderGraphs.EncoderSource> constants = new LinkedHashMap<>();
      for (Map<String, @Nullable Object> constant : list(decoderJson, "constants")) {
        String input = known(text(constant, "input"), decoder.inputs(), decoder, "inputs");
        constants.put(input, source(constant, encoderInputs));
      }
      return new RecurrentDeclaration(
          known(text(decoderJson, "token_input"), decoder.inputs(), decoder, "inputs"),
          known(text(decoderJson, "logits_output"), decoder.outputs(), decoder, "outputs"),
          List.copyOf(states),
          initial,
          constants,
          encoderInputs);
    }

    private StateTensor state(Map<String, @Nullable Object> state, Map<String, String> initial) {
      String input = known(text(state, "input"), decoder.inputs(), decoder, "inputs");
      String output = known(text(state, "output"), decoder.outputs(), decoder, "outputs");
      Map<String, @Nullable Object> start = FolderConfig.object(state.get("initial"));
      Object source = start.get("encoder_output");
      if (source != null) {
        initial.put(input, known(source.toString(), encoder.outputs(), encoder, "outputs"));
      } else if (!(start.get("zeros") instanceof List)) {
        throw new ModelLoadException(
            file
                + ": state \""
                + input
                + "\": \"initial\" must be {\"encoder_output\": name} or {\"zeros\": shape}; found "
                + state.get("initial"));
      }
      TensorSpec spec = java.util.Objects.requireNonNull(decoder.inputs().get(input));
      int batchAxis = axis(state, spec);
      Long[] shape = new Long[spec.rank()];
      for (int axis = 0; axis < shape.length; axis++) {
        shape[axis] = axis == batchAxis ? Long.valueOf(0) : size(spec, axis, start.get("zeros"));
      }
      return new StateTensor(
          input, output, StateTensor.Kind.FIXED, spec.type(), List.of(shape), batchAxis, -1);
    }

    private Long size(TensorSpec spec, int axis, @Nullable Object zeros) {
      if (!spec.isFree(axis)) {
        return spec.shape().get(axis);
      }
      if (zeros instanceof List<?> sizes
          && sizes.size() == spec.rank()
          && sizes.get(axis) instanceof Number size) {
        return size.longValue();
      }
      throw new ModelLoadException(
          file
              + ": state \""
              + spec.name()
              + "\" has shape "
              + spec.describeShape()
              + ": the size of dimension "
              + axis
              + " is not known");
    }

    private DecoderGraphs.EncoderSource source(
        Map<String, @Nullable Object> constant, Map<String, String> encoderInputs) {
      Map<String, @Nullable Object> source = FolderConfig.object(constant.get("source"));
      Object output = source.get("encoder_output");
      if (output != null) {
        return new DecoderGraphs.EncoderSource(
            known(output.toString(), encoder.outputs(), encoder, "outputs"), false);
      }
      Object input = source.get("encoder_input");
      if (input != null && encoderInputs.containsKey(input.toString())) {
        return new DecoderGraphs.EncoderSource(input.toString(), true);
      }
      throw new ModelLoadException(
          file
              + ": constant \""
              + constant.get("input")
              + "\": \"source\" must be {\"encoder_output\": name} or {\"encoder_input\": one of "
              + encoderInputs.keySet()
              + "}; found "
              + constant.get("source"));
    }

    private int axis(Map<String, @Nullable Object> state, TensorSpec spec) {
      Object axis = state.get("batch_axis");
      if (axis instanceof Number number
          && number.intValue() >= 0
          && number.intValue() < spec.rank()) {
        return number.intValue();
      }
      throw new ModelLoadException(
          file
              + ": state \""
              + spec.name()
              + "\": \"batch_axis\" must be from 0 to "
              + (spec.rank() - 1)
              + "; found "
              + axis);
    }

    private List<Map<String, @Nullable Object>> list(
        Map<String, @Nullable Object> json, String name) {
      if (!(json.get(name) instanceof List<?> elements)) {
        throw new ModelLoadException(file + ": \"decoder." + name + "\" must be a list");
      }
      List<Map<String, @Nullable Object>> objects = new ArrayList<>();
      elements.forEach(element -> objects.add(FolderConfig.object(element)));
      return objects;
    }

    private String text(Map<String, @Nullable Object> json, String name) {
      Object value = json.get(name);
      if (value == null) {
        throw new ModelLoadException(file + ": \"" + name + "\" is missing in " + json);
      }
      return value.toString();
    }

    private String known(String name, Map<String, TensorSpec> all, Graph graph, String what) {
      if (!all.containsKey(name)) {
        throw new ModelLoadException(
            file
                + ": \""
                + name
                + "\" is not among the "
                + what
                + " of "
                + graph.name()
                + ", which are "
                + all.keySet());
      }
      return name;
    }
  }
}
