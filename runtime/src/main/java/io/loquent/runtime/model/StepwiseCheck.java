package io.loquent.runtime.model;

import io.loquent.InferenceException;
import io.loquent.ModelLoadException;
import io.loquent.decoding.DecodingState;
import io.loquent.decoding.StepOutput;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;

/**
 * Whether a graph gives the same logits for several tokens at once as for one after the other. An
 * exporter that traced a graph with one token may have written that length into it.
 */
final class StepwiseCheck {

  private static final int[] TOKENS = {3, 1, 2};

  /** Far above rounding, that of quantized activations too, and far below other logits. */
  private static final double MOST_RELATIVE_ERROR = 0.05;

  private StepwiseCheck() {}

  static boolean agrees(Graph graph, FolderConfig config) {
    DecoderGraphs graphs = DecoderGraphs.bind(graph, Optional.empty(), Optional.empty(), config);
    NativeBuffers buffers = new NativeBuffers(0);
    try (RunControl control = new RunControl();
        DecodingState whole = state(graphs, buffers, config, control, TOKENS.length);
        DecodingState single = state(graphs, buffers, config, control, 1)) {
      float[] expected = newest(single.start());
      for (int i = 1; i < TOKENS.length; i++) {
        expected = newest(single.append(new int[] {TOKENS[i]}));
      }
      return areClose(newest(whole.start()), expected);
    } catch (InferenceException | ModelLoadException e) {
      return false;
    }
  }

  private static DecodingState state(
      DecoderGraphs graphs,
      NativeBuffers buffers,
      FolderConfig config,
      RunControl control,
      int length) {
    int[] ids = Arrays.copyOf(TOKENS, length);
    return new SharedBufferState(
        new StateContext(
            graphs,
            buffers,
            List.of(new PromptRow(ids, null, null)),
            new HashMap<>(),
            new HashMap<>(),
            control,
            graphs.vocabularySize(config),
            0,
            "",
            false,
            TOKENS.length));
  }

  private static float[] newest(StepOutput output) {
    float[] logits = new float[output.vocabularySize()];
    output.logits(0, logits);
    return logits;
  }

  private static boolean areClose(float[] actual, float[] expected) {
    double largest = 0;
    double error = 0;
    for (int i = 0; i < expected.length; i++) {
      largest = Math.max(largest, Math.abs(expected[i]));
      error = Math.max(error, Math.abs(actual[i] - expected[i]));
    }
    return error <= MOST_RELATIVE_ERROR * largest;
  }
}
