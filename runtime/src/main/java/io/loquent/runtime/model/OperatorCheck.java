package io.loquent.runtime.model;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OrtException;
import io.loquent.InferenceException;
import io.loquent.runtime.model.AttentionSample.Sizes;
import io.loquent.runtime.model.ProbeRun.Output;
import io.loquent.runtime.onnx.DecodeAttention;
import io.loquent.runtime.onnx.GraphEdit;
import io.loquent.runtime.onnx.SharedAttention;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Runs ONNX Runtime's GroupQueryAttention alone, for the sizes and the type that it is to be used
 * with: not every build of ONNX Runtime takes all.
 */
final class OperatorCheck {

  private static final Sizes DECODED = new Sizes(4, 2, 8);
  private static final float DECODED_SCALE = 0.3f;

  private OperatorCheck() {}

  /**
   * Returns the largest difference between the operator and the definition of attention.
   *
   * @throws OrtException if there is no such operator
   * @throws InferenceException if it does not take these sizes
   */
  static double error(SessionFactory sessions, Path file, SharedAttention edit, OnnxJavaType type)
      throws OrtException {
    float scale = edit.layers().get(0).scale();
    byte[] model = edit.operator(type == OnnxJavaType.FLOAT16, scale).bytes();
    Sizes sizes = new Sizes(edit.heads(), edit.keyHeads(), edit.headSize());
    return error(sessions.openProbe(file, model), sizes, scale, type);
  }

  /**
   * Returns the same for the operator as {@link DecodeAttention} changes it, for a few small heads.
   *
   * @throws OrtException if this ONNX Runtime does not take the changed operator
   */
  static double decodeError(SessionFactory sessions, Path file) throws OrtException {
    SharedAttention.Names names = new SharedAttention.Names("", StepInputs.MASK);
    SharedAttention operator =
        new SharedAttention(
            names, DECODED.heads(), DECODED.keyHeads(), DECODED.headSize(), List.of());
    GraphEdit edit = DecodeAttention.apply(operator.operator(false, DECODED_SCALE).bytes(), 1);
    byte[] model = edit.model().orElseThrow(() -> new IllegalStateException(edit.reason()));
    return error(sessions.openProbe(file, model), DECODED, DECODED_SCALE, OnnxJavaType.FLOAT);
  }

  private static double error(Graph opened, Sizes sizes, float scale, OnnxJavaType type) {
    double largest = 0;
    try (Graph graph = opened) {
      for (AttentionSample sample : samples(sizes)) {
        largest = Math.max(largest, sample.error(run(graph, sample, type), scale));
      }
    }
    return largest;
  }

  /** The operator takes several tokens behind a past for one row only. */
  private static List<AttentionSample> samples(Sizes sizes) {
    return List.of(
        new AttentionSample(sizes, 0, 4, new int[] {0, 0}, new int[] {4, 2}),
        new AttentionSample(sizes, 5, 3, new int[] {0}, new int[] {8}),
        new AttentionSample(sizes, 6, 1, new int[] {0, 0}, new int[] {7, 7}));
  }

  private static float[] run(Graph graph, AttentionSample sample, OnnxJavaType type) {
    Sizes sizes = sample.sizes;
    long rows = sample.rows;
    long added = sample.added;
    long wide = (long) sizes.heads() * sizes.headSize();
    long narrow = (long) sizes.keyHeads() * sizes.headSize();
    try (ProbeRun run = new ProbeRun(type)) {
      int[] mask =
          IntStream.range(0, sample.rows * sample.total())
              .map(i -> sample.isAdmitted(i / sample.total(), i % sample.total()) ? 1 : 0)
              .toArray();
      run.put(StepInputs.MASK, run.integers(OnnxJavaType.INT64, mask, rows, sample.total()));
      float[] queries = sample.joined(sample.queries(), sizes.heads());
      float[] keys = sample.joined(sample.newKeys(), sizes.keyHeads());
      float[] values = sample.joined(sample.newValues(), sizes.keyHeads());
      run.put("query", run.floats(queries, rows, added, wide));
      run.put("key", run.floats(keys, rows, added, narrow));
      run.put("value", run.floats(values, rows, added, narrow));
      long[] past = {rows, sizes.keyHeads(), sample.past, sizes.headSize()};
      run.put("past_key", run.floats(sample.pastKeys(), past));
      run.put("past_value", run.floats(sample.pastValues(), past));
      Output result = run.run(graph).get("result");
      if (result == null) {
        throw new InferenceException("GroupQueryAttention gave no result");
      }
      return result.numbers();
    }
  }
}
