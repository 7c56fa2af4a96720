package io.loquent.samples.benchmarks.encoders;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.loquent.spi.Tokenizer;
import io.loquent.tokenizers.TokenizerFolder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * The loop that one writes first over ONNX Runtime: sentences in the order in which they come, each
 * batch padded to its longest, new tensors from Java arrays, and hidden states through {@code
 * getValue}.
 */
final class PlainLoop implements Contender {

  private final OrtEnvironment environment = OrtEnvironment.getEnvironment();
  private final OrtSession session;
  private final Tokenizer tokenizer;
  private final int batchSize;

  /**
   * Opens a model folder.
   *
   * @param threads of one operator; 0 leaves ONNX Runtime's default
   */
  PlainLoop(Path folder, int threads, int batchSize) throws OrtException {
    this.batchSize = batchSize;
    OrtSession.SessionOptions options = new OrtSession.SessionOptions();
    if (threads > 0) {
      options.setIntraOpNumThreads(threads);
    }
    session = environment.createSession(folder.resolve("model.onnx").toString(), options);
    tokenizer = TokenizerFolder.load(folder).orElseThrow();
  }

  @Override
  public String name() {
    return batchSize == 1 ? "plain loop, one by one" : "plain loop, batches of " + batchSize;
  }

  @Override
  public Padding padding(int[] lengths) {
    return Padding.asTheyCome(lengths, batchSize);
  }

  @Override
  public float[][] embed(List<String> sentences) throws OrtException {
    float[][] vectors = new float[sentences.size()][];
    for (int from = 0; from < vectors.length; from += batchSize) {
      int to = Math.min(vectors.length, from + batchSize);
      int[][] rows = new int[to - from][];
      for (int row = 0; row < rows.length; row++) {
        rows[row] = tokenizer.encode(sentences.get(from + row), true);
      }
      float[][][] states = run(rows);
      for (int row = 0; row < rows.length; row++) {
        vectors[from + row] = mean(states[row], rows[row].length);
      }
    }
    return vectors;
  }

  private float[][][] run(int[][] rows) throws OrtException {
    int longest = Arrays.stream(rows).mapToInt(row -> row.length).max().orElseThrow();
    long[][] ids = new long[rows.length][longest];
    long[][] mask = new long[rows.length][longest];
    for (int row = 0; row < rows.length; row++) {
      for (int i = 0; i < rows[row].length; i++) {
        ids[row][i] = rows[row][i];
        mask[row][i] = 1;
      }
    }
    try (OnnxTensor idTensor = OnnxTensor.createTensor(environment, ids);
        OnnxTensor maskTensor = OnnxTensor.createTensor(environment, mask);
        OnnxTensor typeTensor =
            OnnxTensor.createTensor(environment, new long[rows.length][longest]);
        OrtSession.Result result =
            session.run(
                Map.of(
                    "input_ids", idTensor,
                    "attention_mask", maskTensor,
                    "token_type_ids", typeTensor))) {
      return (float[][][]) result.get("last_hidden_state").orElseThrow().getValue();
    }
  }

  private static float[] mean(float[][] states, int length) {
    float[] mean = new float[states[0].length];
    for (int token = 0; token < length; token++) {
      for (int i = 0; i < mean.length; i++) {
        mean[i] += states[token][i];
      }
    }
    double square = 0;
    for (float value : mean) {
      square += (double) value * value;
    }
    float scale = (float) (1 / Math.sqrt(square));
    for (int i = 0; i < mean.length; i++) {
      mean[i] *= scale;
    }
    return mean;
  }

  @Override
  public void close() {
    tokenizer.close();
    try {
      session.close();
    } catch (OrtException e) {
      throw new IllegalStateException("the session cannot be closed: " + e.getMessage(), e);
    }
  }
}
