package io.loquent.runtime.onnx;

import io.loquent.ModelLoadException;
import java.util.List;

/**
 * Lets a graph rank the continuations of each position itself: log-softmax and top-k behind the
 * logits. A beam search compares a few tokens of each beam, so neither the logits nor a pass over
 * them has to leave the graph.
 *
 * <p>A new input {@link #COUNT}, int64 of shape {@code [1]}, says how many tokens are wanted. If it
 * is above 0, the outputs {@link #LOG_PROBABILITIES} (float) and {@link #IDS} (int64) hold them for
 * each position of the logits, best first, in place of the vocabulary axis; among equals the lower
 * id comes first, as <a href="https://onnx.ai/onnx/operators/onnx__TopK.html">TopK</a> defines. If
 * it is 0, the nodes do not run, and the outputs are empty. Logits of any float type are ranked in
 * single precision. The logits themselves stay as they are. Stateless; safe for every thread.
 */
public final class BestTokensOutput {

  /** The name of the added input. */
  public static final String COUNT = "loquent_best_count";

  /** The name of the added output of log-probabilities, in nats. */
  public static final String LOG_PROBABILITIES = "loquent_best_log_probabilities";

  /** The name of the added output of vocabulary ids. */
  public static final String IDS = "loquent_best_ids";

  private static final String PREFIX = "loquent_best_";

  private BestTokensOutput() {}

  /**
   * Adds input and outputs to a copy of a model.
   *
   * @param model an ONNX model; left as it is
   * @param logits name of the output that holds the logits
   * @return the changed model, or why it was left alone
   * @throws ModelLoadException if the bytes are truncated or no ONNX model
   */
  public static GraphEdit add(byte[] model, String logits) {
    return BehindLogits.add(model, logits, IDS, () -> ranking(logits));
  }

  private static MessageWriter ranking(String logits) {
    String zero = PREFIX + "zero";
    String wanted = PREFIX + "wanted";
    NewNode choice =
        new NewNode("If", List.of(wanted), LOG_PROBABILITIES, IDS)
            .with("then_branch", ranked(logits))
            .with("else_branch", nothing());
    return new MessageWriter()
        .message(Fields.GRAPH_NODE, ConstantTensor.node(zero, 0))
        .message(Fields.GRAPH_NODE, new NewNode("Greater", List.of(COUNT, zero), wanted).message())
        .message(Fields.GRAPH_NODE, choice.message())
        .message(Fields.GRAPH_INPUT, ValueInfo.vector(COUNT, Fields.TYPE_INT64, 1))
        .message(Fields.GRAPH_OUTPUT, ValueInfo.untyped(LOG_PROBABILITIES))
        .message(Fields.GRAPH_OUTPUT, ValueInfo.untyped(IDS));
  }

  private static MessageWriter ranked(String logits) {
    String floats = PREFIX + "logits";
    String all = PREFIX + "all_log_probabilities";
    NewNode softmax = new NewNode("LogSoftmax", List.of(floats), all).with("axis", -1);
    return branch("ranked", "_then", all, toFloat(logits, floats), softmax);
  }

  /**
   * The best 0 of the counts: ONNX Runtime cannot keep constants of nested graphs in files, so what
   * is empty has to be computed.
   */
  private static MessageWriter nothing() {
    String counts = PREFIX + "counts";
    return branch("nothing", "_else", counts, toFloat(COUNT, counts));
  }

  private static NewNode toFloat(String input, String output) {
    return new NewNode("Cast", List.of(input), output).with("to", Fields.TYPE_FLOAT);
  }

  /** A nested graph that computes scores and gives the best of them; names may not meet. */
  private static MessageWriter branch(
      String name, String suffix, String scores, NewNode... computing) {
    String values = LOG_PROBABILITIES + suffix;
    String ids = IDS + suffix;
    MessageWriter branch = new MessageWriter();
    for (NewNode node : computing) {
      branch.message(Fields.GRAPH_NODE, node.message());
    }
    NewNode best = new NewNode("TopK", List.of(scores, COUNT), values, ids).with("axis", -1);
    return branch
        .message(Fields.GRAPH_NODE, best.message())
        .text(Fields.GRAPH_NAME, PREFIX + name)
        .message(Fields.GRAPH_OUTPUT, ValueInfo.untyped(values))
        .message(Fields.GRAPH_OUTPUT, ValueInfo.untyped(ids));
  }
}
