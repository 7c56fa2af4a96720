package io.loquent.runtime.model;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * What a decoder remembers of a sequence after its request has ended, so that another request that
 * begins with the same tokens need not run them again. Holds native memory; confined to one thread
 * at a time.
 */
public final class KeptCache implements AutoCloseable {

  private final DecoderGraphs graphs;
  private final List<RowTensor> tensors;
  private int[] tokens;

  /**
   * Takes tensors over.
   *
   * @param graphs whose states they are
   * @param tensors one for each state, in the graphs' order, with one row
   * @param tokens what they remember, from the beginning of the sequence
   */
  KeptCache(DecoderGraphs graphs, List<RowTensor> tensors, int[] tokens) {
    this.graphs = graphs;
    this.tensors = new ArrayList<>(tensors);
    this.tokens = tokens;
    tensors.forEach(RowTensor::rest);
  }

  /**
   * Returns how many tokens it remembers.
   *
   * @return tokens
   */
  public int length() {
    return tokens.length;
  }

  /**
   * Returns the native memory that it holds.
   *
   * @return bytes
   */
  public long bytes() {
    return tensors.stream().mapToLong(RowTensor::capacityBytes).sum();
  }

  /**
   * Returns how many tokens of a prompt need not run: those that both begin with, but for the
   * prompt's last one, whose logits are wanted. A recurrent state cannot be cut back, so it serves
   * only prompts that continue all of it.
   *
   * @param prompt vocabulary ids
   * @return from 0 to {@code prompt.length - 1}
   */
  public int common(int[] prompt) {
    int most = Math.min(tokens.length, prompt.length - 1);
    int common = 0;
    while (common < most && tokens[common] == prompt[common]) {
      common++;
    }
    return common == tokens.length || canBeCut() ? common : 0;
  }

  private boolean canBeCut() {
    return graphs.states.stream().allMatch(state -> state.lengthAxis() >= 0);
  }

  /**
   * Forgets all but the first tokens.
   *
   * @param length as {@link #common} says, or more than it has
   */
  public void cut(int length) {
    if (length >= tokens.length) {
      return;
    }
    if (!canBeCut()) {
      throw new IllegalStateException("a recurrent state of " + tokens.length + " tokens");
    }
    tokens = Arrays.copyOf(tokens, length);
  }

  /**
   * Copies the memory of the first tokens.
   *
   * @param length as {@link #common} says, or more than it has
   * @return the copy, to be closed
   * @throws io.loquent.InferenceException if there is no memory for it
   */
  public KeptCache copy(int length) {
    List<RowTensor> copies = new ArrayList<>();
    try {
      for (int i = 0; i < tensors.size(); i++) {
        int lengthAxis = graphs.states.get(i).lengthAxis();
        copies.add(
            lengthAxis < 0
                ? tensors.get(i).copy()
                : tensors.get(i).copyFirst(lengthAxis, Math.min(length, tokens.length)));
      }
    } catch (RuntimeException | Error e) {
      copies.forEach(RowTensor::close);
      throw e;
    }
    KeptCache copy = new KeptCache(graphs, copies, tokens);
    copy.cut(length);
    return copy;
  }

  /**
   * Says whether this one serves every prompt that another one serves.
   *
   * @param other of the same model
   * @return true if that one's tokens are the first of these
   */
  public boolean covers(KeptCache other) {
    int length = other.tokens.length;
    return length <= tokens.length
        && (canBeCut() || length == tokens.length)
        && Arrays.equals(other.tokens, Arrays.copyOf(tokens, length));
  }

  /** Whether these graphs can continue it. */
  boolean suits(DecoderGraphs other) {
    return other == graphs;
  }

  /** Hands the tensors over; this one is empty afterwards. */
  List<RowTensor> release() {
    List<RowTensor> released = List.copyOf(tensors);
    tensors.clear();
    return released;
  }

  @Override
  public void close() {
    release().forEach(RowTensor::close);
  }

  @Override
  public String toString() {
    return tokens.length
        + " tokens in "
        + tensors.stream()
            .map(tensor -> Arrays.toString(tensor.shape()))
            .collect(Collectors.joining());
  }
}
