package io.loquent.encoder;

import io.loquent.ModelConfig;
import io.loquent.ModelInfo;
import io.loquent.ModelReport;
import io.loquent.spi.EncoderProvider;
import java.nio.file.Path;
import java.util.Set;

/**
 * Reads texts with one loaded model.
 *
 * <p>Which of the methods a model can serve depends on its heads ({@link #tasks()}); the others
 * throw {@link io.loquent.InvalidRequestException}. All methods throw
 *
 * <ul>
 *   <li>{@link io.loquent.ContextLengthException} if a text is too long and {@link
 *       EncoderOptions#truncation()} does not allow to cut it,
 *   <li>{@link io.loquent.InferenceException} if the graph fails,
 *   <li>{@link java.util.concurrent.CancellationException} if the call was cancelled,
 *   <li>{@link IllegalStateException} if the encoder is closed.
 * </ul>
 *
 * <p>Thread-safe: calls may run concurrently and do not influence each other. The work is done on
 * the calling thread. A list of texts is sorted by length, run in batches and padded to each
 * batch's longest; every text has the result that it would have alone, but for rounding in the last
 * digits (graphs with dynamic int8 quantisation are the exception, see {@link ModelInfo#notes()}).
 */
public interface Encoder extends AutoCloseable {

  /**
   * Opens a model.
   *
   * @param path a model folder (Hugging Face Optimum, transformers.js or sentence transformers
   *     layout), or a {@code .properties} or {@code .json} file that {@link ModelConfig#load}
   *     understands
   * @return an encoder, to be closed
   * @throws io.loquent.ModelLoadException if the model cannot be used; the message says why
   */
  static Encoder open(Path path) {
    return open(ModelConfig.load(path));
  }

  /**
   * Opens a model.
   *
   * @param config the folder, and how to run it
   * @return an encoder, to be closed
   * @throws io.loquent.ModelLoadException if the model cannot be used; the message says why
   */
  static Encoder open(ModelConfig config) {
    return EncoderProvider.load().open(config);
  }

  /**
   * Explains a model folder: what was detected and why, and what is missing. A broken folder gives
   * a report with problems, not an exception.
   *
   * @param config the folder, and how it would be run
   * @return the report
   */
  static ModelReport inspect(ModelConfig config) {
    return EncoderProvider.load().inspect(config);
  }

  /**
   * Says what the model can be asked for.
   *
   * @return the tasks whose methods it can serve
   */
  Set<EncoderTask> tasks();

  /**
   * Describes the loaded model.
   *
   * @return the same object at each call
   */
  ModelInfo model();

  /**
   * Waits for running calls, then frees the model. Safe at any time and from any thread; calls
   * after the first return when the model is freed.
   */
  @Override
  void close();
}
