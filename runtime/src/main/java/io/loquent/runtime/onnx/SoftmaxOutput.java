package io.loquent.runtime.onnx;

import io.loquent.ModelLoadException;
import java.util.List;

/**
 * Lets a graph compute the softmax of its logits itself. Greedy search and sampling, which tell how
 * probable the model finds their tokens, then compute no exponentials of a whole vocabulary.
 *
 * <p>A new input {@link #WANTED}, int64 of shape {@code [1]}, says whether it is wanted. If it is
 * not 0, the output {@link #OUTPUT} (float) holds the probabilities in the shape of the logits. If
 * it is 0, the node does not run, and what the output holds means nothing. Logits of any float type
 * are taken in single precision. The logits themselves stay as they are.
 *
 * <p>Each probability is precise beside the others of its position, but ONNX Runtime adds all of
 * them up in a few floats, so that where thousands of tokens are about as probable, they may sum to
 * 1 within some 1e-5 only. Stateless; safe for every thread.
 */
public final class SoftmaxOutput {

  /** The name of the added input. */
  public static final String WANTED = "loquent_softmax_wanted";

  /** The name of the added output of probabilities. */
  public static final String OUTPUT = "loquent_softmax";

  private SoftmaxOutput() {}

  /**
   * Adds input and output to a copy of a model.
   *
   * @param model an ONNX model; left as it is
   * @param logits name of the output that holds the logits
   * @return the changed model, or why it was left alone
   * @throws ModelLoadException if the bytes are truncated or no ONNX model
   */
  public static GraphEdit add(byte[] model, String logits) {
    return BehindLogits.add(model, logits, OUTPUT, () -> choice(logits));
  }

  private static MessageWriter choice(String logits) {
    String isWanted = OUTPUT + "_is_wanted";
    NewNode choice =
        new NewNode("If", List.of(isWanted), OUTPUT)
            .with("then_branch", softmax(logits))
            .with("else_branch", nothing());
    return new MessageWriter()
        .message(Fields.GRAPH_NODE, cast(WANTED, isWanted, Fields.TYPE_BOOL).message())
        .message(Fields.GRAPH_NODE, choice.message())
        .message(Fields.GRAPH_INPUT, ValueInfo.vector(WANTED, Fields.TYPE_INT64, 1))
        .message(Fields.GRAPH_OUTPUT, ValueInfo.untyped(OUTPUT));
  }

  private static MessageWriter softmax(String logits) {
    String floats = OUTPUT + "_logits";
    String output = OUTPUT + "_then";
    NewNode softmax = new NewNode("Softmax", List.of(floats), output).with("axis", -1);
    return branch("computed", output, cast(logits, floats, Fields.TYPE_FLOAT), softmax);
  }

  /** The input's zero: ONNX Runtime cannot keep constants of nested graphs in files. */
  private static MessageWriter nothing() {
    String output = OUTPUT + "_else";
    return branch("nothing", output, cast(WANTED, output, Fields.TYPE_FLOAT));
  }

  private static NewNode cast(String input, String output, int type) {
    return new NewNode("Cast", List.of(input), output).with("to", type);
  }

  private static MessageWriter branch(String name, String output, NewNode... nodes) {
    MessageWriter branch = new MessageWriter();
    for (NewNode node : nodes) {
      branch.message(Fields.GRAPH_NODE, node.message());
    }
    return branch
        .text(Fields.GRAPH_NAME, OUTPUT + "_" + name)
        .message(Fields.GRAPH_OUTPUT, ValueInfo.untyped(output));
  }
}
