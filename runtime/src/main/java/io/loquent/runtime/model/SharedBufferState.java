package io.loquent.runtime.model;

import ai.onnxruntime.OnnxTensor;
import io.loquent.decoding.StepOutput;
import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The state of a graph with the operator {@code com.microsoft.GroupQueryAttention}, whose past and
 * present are one buffer {@code [batch, kvHeads, capacity, headSize]} that each run writes its new
 * positions into. Confined to one thread.
 *
 * <p>The operator counts each row's tokens by its attention mask, so prompts of unequal length are
 * padded on the right, and rows of different length go together.
 */
final class SharedBufferState extends GraphState {

  private static final int LEAST_CAPACITY = 16;

  private final long mostLogitsBytes;
  private final List<RowTensor> caches = new ArrayList<>();
  private int capacity;
  private int[] lengths;

  SharedBufferState(StateContext context) {
    this(context, MOST_LOGITS_BYTES);
  }

  /** Creates a state whose prompts run in parts that give at most so many bytes of logits. */
  SharedBufferState(StateContext context, long mostLogitsBytes) {
    super(context);
    this.mostLogitsBytes = mostLogitsBytes;
    lengths = context.prompts().stream().mapToInt(prompt -> prompt.ids().length).toArray();
  }

  @Override
  public StepOutput start() {
    int longest = longestPrompt();
    capacity = Math.max(LEAST_CAPACITY, Math.min(context.expectedTokens(), longest + 256));
    for (StateTensor state : graphs.states) {
      RowTensor cache =
          new RowTensor(
              context.buffers(), state.type(), state.batchAxis(), state.shape(rows(), capacity));
      cache.fillWithZeros();
      caches.add(cache);
    }
    boolean lastOnly = lastOnly(graphs.first);
    int most = lastOnly || context.allPositions() ? longest : positionsPerRun(longest);
    for (int from = 0; from < longest; from += most) {
      runPrompts(from, Math.min(most, longest - from), lastOnly);
    }
    return logits;
  }

  /** The operator takes several new tokens behind a past for one row only. */
  private int positionsPerRun(int longest) {
    return rows() == 1 ? logits.positions(mostLogitsBytes, 1, longest) : longest;
  }

  private void runPrompts(int from, int width, boolean lastOnly) {
    frame.resize(rows(), width);
    frame.continues = from > 0;
    frame.allPositions = context.allPositions();
    frame.maskWidth = from + width;
    for (int row = 0; row < rows(); row++) {
      int[] ids = context.prompts().get(row).ids();
      for (int column = 0; column < width; column++) {
        frame.tokens[row * width + column] =
            from + column < ids.length ? ids[from + column] : context.padToken();
      }
      frameRow(row, from, Math.min(from + width, ids.length));
    }
    run(from == 0 ? graphs.first : graphs.next, lastOnly, this::bind);
    for (int row = 0; row < rows(); row++) {
      logits.show(row, 0, frame.maskTo[row] - from);
    }
  }

  private void frameRow(int row, int position, int length) {
    frame.maskFrom[row] = 0;
    frame.maskTo[row] = length;
    frame.positionStart[row] = position;
    frame.newest[row] = length - 1 - position;
  }

  @Override
  void appendTokens(int[] tokens) {
    int longest = 0;
    for (int row = 0; row < rows(); row++) {
      longest = Math.max(longest, lengths[row] + 1);
    }
    if (longest > capacity) {
      grow(longest);
    }
    frame.resize(rows(), 1);
    frame.continues = true;
    frame.allPositions = false;
    frame.maskWidth = longest;
    for (int row = 0; row < rows(); row++) {
      frame.tokens[row] = tokens[row];
      frameRow(row, lengths[row], lengths[row] + 1);
    }
    run(graphs.next, true, this::bind);
    for (int row = 0; row < rows(); row++) {
      lengths[row]++;
    }
  }

  private void bind(Map<String, OnnxTensor> inputs, Map<String, OnnxTensor> pinned) {
    for (int i = 0; i < caches.size(); i++) {
      StateTensor state = graphs.states.get(i);
      OnnxTensor cache = caches.get(i).asTensor();
      inputs.put(state.input(), cache);
      pinned.put(state.output(), cache);
    }
  }

  /** Moves every row's heads apart, to make room for half as many positions again. */
  private void grow(int needed) {
    int larger = Math.max(needed, capacity + capacity / 2);
    for (int i = 0; i < caches.size(); i++) {
      StateTensor state = graphs.states.get(i);
      RowTensor old = caches.get(i);
      RowTensor grown =
          new RowTensor(
              context.buffers(), state.type(), state.batchAxis(), state.shape(rows(), larger));
      grown.fillWithZeros();
      copyHeads(old, grown, state);
      caches.set(i, grown);
      old.close();
    }
    capacity = larger;
  }

  private static void copyHeads(RowTensor from, RowTensor to, StateTensor state) {
    long[] shape = from.shape();
    long blocks = 1;
    for (int axis = 0; axis < state.lengthAxis(); axis++) {
      blocks *= shape[axis];
    }
    int positionBytes = state.type().size;
    for (int axis = state.lengthAxis() + 1; axis < shape.length; axis++) {
      positionBytes *= (int) shape[axis];
    }
    int oldBytes = (int) shape[state.lengthAxis()] * positionBytes;
    int newBytes = (int) to.dimension(state.lengthAxis()) * positionBytes;
    ByteBuffer source = from.memory().duplicate();
    ByteBuffer target = to.memory().duplicate();
    for (int block = 0; block < blocks; block++) {
      ((Buffer) source).limit((block + 1) * oldBytes);
      ((Buffer) source).position(block * oldBytes);
      ((Buffer) target).position(block * newBytes);
      target.put(source);
    }
  }

  @Override
  void gatherState(int[] parents, int newRows) {
    caches.forEach(cache -> cache.gather(parents, newRows));
    lengths = gathered(lengths, parents, newRows);
  }

  @Override
  void closeState() {
    caches.forEach(RowTensor::close);
  }
}
