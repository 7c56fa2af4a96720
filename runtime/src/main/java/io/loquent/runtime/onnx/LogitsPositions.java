package io.loquent.runtime.onnx;

import io.loquent.ModelLoadException;
import io.loquent.runtime.onnx.HeadSearch.Head;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Lets a graph compute the logits of chosen positions only. An export that computes them for all
 * positions of a prompt multiplies every one with the whole vocabulary, and only the last is read.
 *
 * <p>A {@code GatherND} is put before the language-model head, which picks positions of the hidden
 * state by a new graph input {@link #INPUT} of shape {@code [batch, picked, 1]}, int64; the logits
 * become {@code [batch, picked, vocabulary]}. Each picked position is multiplied with the same
 * weights as before. Where the logits come out of an {@code If}, both branches are changed alike.
 *
 * <p>Left alone are heads that read quantized activations: dynamic quantization looks at all
 * positions together, so fewer of them would change the numbers. Stateless; safe for every thread.
 */
public final class LogitsPositions {

  /** The name of the added graph input. */
  public static final String INPUT = "loquent_logits_positions";

  /** The first version of the standard operators whose GatherND knows batches. */
  private static final long LEAST_OPSET = 12;

  private static final String PICKED = "loquent_picked_positions";

  private LogitsPositions() {}

  /**
   * Adds the input to a copy of a model.
   *
   * @param model an ONNX model; left as it is
   * @param logits name of the output that holds the logits
   * @return the changed model, or why it was left alone
   * @throws ModelLoadException if the bytes are truncated or no ONNX model
   */
  public static GraphEdit add(byte[] model, String logits) {
    try (ModelBytes bytes = ModelBytes.of("in memory", model)) {
      Long opset = OnnxFile.opsets(bytes).get("");
      if (opset == null || opset < LEAST_OPSET) {
        return GraphEdit.unknown("its operators are of version " + opset);
      }
      return new Edit().applyTo(bytes, logits, PICKED);
    }
  }

  private static final class Edit extends HeadEdit {

    @Override
    @Nullable String atHead(OnnxGraph graph, Head head, String logits, String name) {
      Region input = head.node().inputRegion(graph.bytes(), 0);
      if (head.reshaped() || !head.isDirect() || input == null) {
        return "the head reads a quantized activation, or its result is reshaped";
      }
      additions.insertBefore(
          head.node().region(),
          new MessageWriter().message(Fields.GRAPH_NODE, gather(head.activation(), name)));
      additions.replace(input, name.getBytes(StandardCharsets.UTF_8));
      return null;
    }

    @Override
    void atBranches(OnnxNode node, String name) {
      // The If has the same outputs as before.
    }

    @Override
    void atOutput(OnnxGraph graph, String logits, String name) {
      Region info = graph.outputInfo(logits);
      additions.replace(info, ValueInfo.withFreeAxis(graph.bytes(), info, 1, "picked_positions"));
      if (name.equals(PICKED)) {
        // Only the outermost graph has inputs; those inside see it.
        additions.append(
            graph.region(),
            new MessageWriter().message(Fields.GRAPH_INPUT, ValueInfo.positions(INPUT)));
      }
    }
  }

  private static MessageWriter gather(String activation, String picked) {
    return new NewNode("GatherND", List.of(activation, INPUT), picked)
        .with("batch_dims", 1)
        .message();
  }
}
