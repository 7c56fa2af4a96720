package io.loquent.runtime.model;

import ai.onnxruntime.platform.Fp16Conversions;
import io.loquent.InferenceException;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Whether a decoder takes one row of encoder constants for all rows of tokens. Matrix products
 * broadcast a batch of 1, but exporters may have put a reshape with the number of rows before them,
 * which fails or, worse, mixes positions. So it is tried out, once for a model: with random
 * constants, which must give the same logits in one row as in copies of it. Thread-safe; that two
 * requests try it at the same time does no harm.
 */
final class Broadcasting {

  private static final double TOLERANCE = 1e-4;

  private volatile @Nullable Boolean works;

  boolean isUnknown() {
    return works == null;
  }

  boolean works() {
    return Boolean.TRUE.equals(works);
  }

  /** Takes note that a run with one row failed. */
  void refuse() {
    works = false;
  }

  /**
   * Tries it out.
   *
   * @param constants copies of one row each
   * @param rows how many
   * @param run runs the graph over the present tokens and returns all logits
   */
  void tryOut(EncoderConstants constants, int rows, Supplier<float[]> run) {
    Map<String, RowTensor> random = new LinkedHashMap<>();
    try {
      fill(constants, 1, random);
      constants.replace(random);
      float[] ofOne = ofOneRow(run);
      if (ofOne.length == 0) {
        works = false;
        return;
      }
      int[] parents = new int[rows];
      random.values().forEach(tensor -> tensor.gather(parents, rows));
      float[] ofCopies = run.get();
      close(random);
      fill(constants, 2, random);
      random.values().forEach(tensor -> tensor.gather(parents, rows));
      float[] ofOthers = run.get();
      // Where the constants made no difference, the comparison would say nothing.
      works = areClose(ofOne, ofCopies) && !areClose(ofCopies, ofOthers);
    } finally {
      constants.restore();
      close(random);
    }
  }

  private static float[] ofOneRow(Supplier<float[]> run) {
    try {
      return run.get();
    } catch (InferenceException e) {
      return new float[0];
    }
  }

  private static void close(Map<String, RowTensor> tensors) {
    tensors.values().forEach(RowTensor::close);
    tensors.clear();
  }

  /** Makes tensors of one row: random numbers, and what is no number as it is. */
  private static void fill(EncoderConstants constants, long seed, Map<String, RowTensor> target) {
    Random random = new Random(seed);
    for (Map.Entry<String, RowTensor> constant : constants.tensors().entrySet()) {
      RowTensor tensor = constant.getValue().copy();
      target.put(constant.getKey(), tensor);
      tensor.gather(new int[1], 1);
      fill(tensor, random);
    }
  }

  private static void fill(RowTensor tensor, Random random) {
    long elements = 1;
    for (long dimension : tensor.shape()) {
      elements *= dimension;
    }
    ByteBuffer memory = tensor.memory();
    for (int i = 0; i < elements; i++) {
      float number = 2 * random.nextFloat() - 1;
      switch (tensor.type()) {
        case FLOAT -> memory.putFloat(i * Float.BYTES, number);
        case FLOAT16 -> memory.putShort(i * Short.BYTES, Fp16Conversions.floatToFp16(number));
        case BFLOAT16 -> memory.putShort(i * Short.BYTES, Fp16Conversions.floatToBf16(number));
        default -> {
          return;
        }
      }
    }
  }

  private static boolean areClose(float[] some, float[] others) {
    for (int i = 0; i < some.length; i++) {
      double scale = Math.max(1, Math.abs(others[i]));
      if (!(Math.abs(some[i] - others[i]) <= TOLERANCE * scale)) {
        return false;
      }
    }
    return true;
  }
}
