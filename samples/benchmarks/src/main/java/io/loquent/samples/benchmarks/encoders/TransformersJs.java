package io.loquent.samples.benchmarks.encoders;

import io.loquent.internal.json.Json;
import io.loquent.samples.benchmarks.run.Processes;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * The feature-extraction pipeline of transformers.js, in a Node process of its own: a JSON object
 * with sentences goes in on a line, and one with vectors comes back, as floats in Base64.
 */
final class TransformersJs implements Contender {

  private final Process process;
  private final BufferedWriter requests;
  private final BufferedReader answers;
  private final int batchSize;

  /**
   * Starts the process and loads the model.
   *
   * @param threads of one operator; 0 leaves its default
   * @throws IOException if it is not installed or cannot load the model
   */
  TransformersJs(Processes processes, Path folder, int threads, int batchSize) throws IOException {
    this.batchSize = batchSize;
    process =
        new ProcessBuilder(
                processes.node(
                    "transformers-js",
                    "embed.mjs",
                    List.of(folder.toString(), String.valueOf(threads))))
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    requests =
        new BufferedWriter(
            new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8));
    answers =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    try {
      answer();
    } catch (IOException e) {
      close();
      throw e;
    }
  }

  @Override
  public String name() {
    return batchSize == 1
        ? "transformers.js, one by one"
        : "transformers.js, batches of " + batchSize;
  }

  @Override
  public Padding padding(int[] lengths) {
    return Padding.asTheyCome(lengths, batchSize);
  }

  @Override
  public float[][] embed(List<String> sentences) throws IOException {
    requests.write(Json.write(Map.of("batch_size", batchSize, "sentences", sentences)));
    requests.newLine();
    requests.flush();
    if (!(answer().get("vectors") instanceof String encoded)) {
      throw new IOException("transformers.js gave no vectors");
    }
    FloatBuffer numbers =
        ByteBuffer.wrap(Base64.getDecoder().decode(encoded))
            .order(ByteOrder.LITTLE_ENDIAN)
            .asFloatBuffer();
    float[][] vectors = new float[sentences.size()][numbers.remaining() / sentences.size()];
    for (float[] vector : vectors) {
      numbers.get(vector);
    }
    return vectors;
  }

  /** The next answer; other lines are what libraries print. */
  private Map<String, ?> answer() throws IOException {
    String line = answers.readLine();
    while (line != null && !line.startsWith("{")) {
      line = answers.readLine();
    }
    if (line == null) {
      throw new IOException("the process of transformers.js ended");
    }
    Map<String, ?> answer = Json.parseObject(line);
    if (answer.get("error") != null) {
      throw new IOException("transformers.js: " + answer.get("error"));
    }
    return answer;
  }

  @Override
  public void close() {
    try {
      requests.close();
      if (!process.waitFor(5, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (IOException e) {
      process.destroyForcibly();
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
