package io.loquent.runtime.onnx;

import io.loquent.ModelLoadException;
import io.loquent.runtime.onnx.HeadSearch.Head;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Adds the decoder's last hidden state to what a graph outputs. Contrastive search compares hidden
 * states (Su et al., 2022, <a href="https://arxiv.org/abs/2202.06417">arXiv:2202.06417</a>), and
 * exported graphs keep them to themselves.
 *
 * <p>The hidden state is what the language-model head reads: the activation of the matrix product
 * that the logits come from. It is found by walking back from the logits, not by names; where the
 * logits come out of an {@code If}, as in merged decoders, both branches are extended alike. The
 * new output is named {@link #NAME}, has the axes of the logits with the hidden size in place of
 * the vocabulary, and the element type that the graph computes it in (float, float16 or bfloat16);
 * ONNX Runtime infers both when it loads the graph. In T5 it is the state after the scaling that
 * precedes the head, which cosine similarity does not see.
 *
 * <p>Weights in external files stay there: give the session the folder in {@code
 * session.model_external_initializers_file_folder_path}.
 *
 * <p>Stateless; safe for every thread.
 */
public final class HiddenStateOutput {

  /** The name of the added graph output. */
  public static final String NAME = "loquent_hidden_state";

  private HiddenStateOutput() {}

  /**
   * Adds the output to a copy of a model in memory.
   *
   * @param model an ONNX model; left as it is
   * @param logits name of the output that holds the logits
   * @return the model with the additional output, or why the graph was not understood
   * @throws ModelLoadException if the bytes are truncated or no ONNX model
   */
  public static GraphEdit add(byte[] model, String logits) {
    try (ModelBytes bytes = ModelBytes.of("in memory", model)) {
      return add(bytes, logits);
    }
  }

  /**
   * Adds the output to a copy of a model file. Memory is taken for the copy and the graph's wiring
   * alone.
   *
   * @param file an ONNX model
   * @param logits name of the output that holds the logits
   * @return the model with the additional output, or why the graph was not understood
   * @throws ModelLoadException if the file cannot be read, is truncated or no ONNX model
   */
  public static GraphEdit add(Path file, String logits) {
    try (ModelBytes bytes = ModelBytes.open(file)) {
      return add(bytes, logits);
    }
  }

  private static GraphEdit add(ModelBytes bytes, String logits) {
    return new Edit().applyTo(bytes, logits, NAME);
  }

  private static final class Edit extends HeadEdit {

    @Override
    @Nullable String atHead(OnnxGraph graph, Head head, String logits, String name) {
      additions.append(graph.region(), headNodes(head, logits, name));
      return null;
    }

    @Override
    void atBranches(OnnxNode node, String name) {
      additions.append(node.region(), new MessageWriter().text(Fields.NODE_OUTPUT, name));
    }

    @Override
    void atOutput(OnnxGraph graph, String logits, String name) {
      // Without a type: ONNX Runtime infers it, and a stated one could only be wrong.
      MessageWriter valueInfo = new MessageWriter().text(Fields.VALUE_INFO_NAME, name);
      additions.append(graph.region(), new MessageWriter().message(Fields.GRAPH_OUTPUT, valueInfo));
    }
  }

  private static MessageWriter headNodes(Head head, String logits, String output) {
    MessageWriter graph = new MessageWriter();
    if (!head.reshaped()) {
      // A tensor may be an output under its own name too, but not in two places.
      return graph.message(Fields.GRAPH_NODE, node("Identity", List.of(head.activation()), output));
    }
    String shape = output + "_logits_shape";
    String zero = output + "_zero";
    String minusOne = output + "_minus_one";
    String leading = output + "_leading_axes";
    String target = output + "_shape";
    MessageWriter concat =
        new NewNode("Concat", List.of(leading, minusOne), target).with("axis", 0).message();
    return graph
        .message(Fields.GRAPH_NODE, node("Shape", List.of(logits), shape))
        .message(Fields.GRAPH_NODE, ConstantTensor.node(zero, 0))
        .message(Fields.GRAPH_NODE, ConstantTensor.node(minusOne, -1))
        .message(Fields.GRAPH_NODE, node("Slice", List.of(shape, zero, minusOne), leading))
        .message(Fields.GRAPH_NODE, concat)
        .message(Fields.GRAPH_NODE, node("Reshape", List.of(head.activation(), target), output));
  }

  private static MessageWriter node(String operator, List<String> inputs, String output) {
    return new NewNode(operator, inputs, output).message();
  }
}
