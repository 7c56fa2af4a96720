package io.loquent.runtime.model;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import io.loquent.InferenceException;
import io.loquent.runtime.onnx.BestTokensOutput;
import java.nio.ByteBuffer;
import java.util.Map;

/**
 * The best tokens of each row as a graph with {@link BestTokensOutput} ranked them, in native
 * memory. One instance serves one state; confined to one thread.
 */
final class BestTokens implements AutoCloseable {

  private static final ByteBuffer NOTHING_YET = ByteBuffer.allocateDirect(0);

  private final int vocabularySize;
  private final StepTensor scoresTensor;
  private final StepTensor idsTensor;
  private ByteBuffer scores = NOTHING_YET;
  private ByteBuffer ids = NOTHING_YET;

  /** How many tokens each row has; 0 if the run has not ranked them. */
  private int count;

  BestTokens(NativeBuffers buffers, int vocabularySize) {
    this.vocabularySize = vocabularySize;
    scoresTensor = new StepTensor(buffers, OnnxJavaType.FLOAT);
    idsTensor = new StepTensor(buffers, OnnxJavaType.INT64);
  }

  /** Forgets the run before. */
  void clear() {
    count = 0;
  }

  /**
   * Adds where the graph writes the best tokens of a frame, or removes that if it has none.
   *
   * @param rank the number of axes of its logits
   */
  void bind(Frame frame, int rank, Map<String, OnnxTensor> pinned) {
    count = frame.best;
    if (count == 0) {
      pinned.remove(BestTokensOutput.LOG_PROBABILITIES);
      pinned.remove(BestTokensOutput.IDS);
      return;
    }
    scores = scoresTensor.room((long) frame.rows * count, 0);
    ids = idsTensor.room((long) frame.rows * count, 0);
    pinned.put(BestTokensOutput.LOG_PROBABILITIES, tensor(scoresTensor, frame, rank));
    pinned.put(BestTokensOutput.IDS, tensor(idsTensor, frame, rank));
  }

  private OnnxTensor tensor(StepTensor tensor, Frame frame, int rank) {
    return rank == 2 ? tensor.tensor(frame.rows, count) : tensor.tensor(frame.rows, 1, count);
  }

  /** As {@link io.loquent.decoding.StepOutput#best}. */
  int read(int row, int wanted, int[] targetIds, float[] targetScores) {
    if (count < wanted) {
      return -1;
    }
    int size = 0;
    for (int rank = 0; rank < wanted; rank++) {
      int place = row * count + rank;
      float score = scores.getFloat(place * Float.BYTES);
      if (Float.isNaN(score)) {
        throw invalid();
      }
      if (score > Float.NEGATIVE_INFINITY) {
        insert((int) ids.getLong(place * Long.BYTES), score, size++, targetIds, targetScores);
      }
    }
    return size;
  }

  /** Adds the next token; a graphics processor may give equals in any order. */
  private static void insert(int id, float score, int size, int[] ids, float[] scores) {
    int rank = size;
    while (rank > 0 && scores[rank - 1] == score && ids[rank - 1] > id) {
      ids[rank] = ids[rank - 1];
      scores[rank] = scores[rank - 1];
      rank--;
    }
    ids[rank] = id;
    scores[rank] = score;
  }

  private InferenceException invalid() {
    return new InferenceException(
        "among the scores of the "
            + vocabularySize
            + " tokens is NaN or positive infinity, or all are negative infinity; expected finite"
            + " numbers or some negative infinities: the graph's logits overflowed; use a graph of"
            + " higher precision, or set remove_invalid_values to go on with the other tokens");
  }

  @Override
  public void close() {
    scores = NOTHING_YET;
    ids = NOTHING_YET;
    scoresTensor.close();
    idsTensor.close();
  }
}
