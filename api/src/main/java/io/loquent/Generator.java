package io.loquent;

import io.loquent.spi.GeneratorProvider;
import java.nio.file.Path;
import java.util.List;

/**
 * Generates sequences with one loaded model.
 *
 * <pre>{@code
 * try (Generator generator = Generator.open(Paths.get("models/g2p"))) {
 *   System.out.println(generator.generate("eloquent"));
 * }
 * }</pre>
 *
 * <p>Thread-safe: requests may run concurrently and do not influence each other. The work is done
 * on the calling thread, or with {@link ModelConfig#continuousBatching()} on one thread for all
 * calls.
 */
public interface Generator extends AutoCloseable {

  /**
   * Opens a model.
   *
   * @param path a model folder (Hugging Face Optimum, transformers.js or ONNX Runtime GenAI
   *     layout), or a {@code .properties} or {@code .json} file that {@link ModelConfig#load}
   *     understands
   * @return a generator, to be closed
   * @throws ModelLoadException if the model cannot be used; the message says why
   */
  static Generator open(Path path) {
    return open(ModelConfig.load(path));
  }

  /**
   * Opens a model.
   *
   * @param config the folder, and how to run it
   * @return a generator, to be closed
   * @throws ModelLoadException if the model cannot be used; the message says why
   */
  static Generator open(ModelConfig config) {
    return GeneratorProvider.load().open(config);
  }

  /**
   * Explains a model folder without generating: what was detected and why, and what is missing. A
   * broken folder gives a report with problems, not an exception.
   *
   * @param config the folder, and how it would be run
   * @return the report
   */
  static ModelReport inspect(ModelConfig config) {
    return GeneratorProvider.load().inspect(config);
  }

  /**
   * Runs a request and waits for its result.
   *
   * @param request the input and its options
   * @return the result; a partial one if the request was cancelled or ran out of time
   * @throws InvalidRequestException if an option or input makes no sense, or the model cannot do it
   * @throws ContextLengthException if the prompt is too long
   * @throws InferenceException if the graph fails
   * @throws OverloadException if too many requests are waiting in continuous batching
   * @throws IllegalStateException if the generator is closed
   */
  GenerationResult generate(GenerationRequest request);

  /**
   * Runs a request, hands each token to the listener as soon as it is known, and waits for the
   * result.
   *
   * @param request the input and its options
   * @param listener receives the tokens
   * @return the same result as without a listener
   */
  GenerationResult generate(GenerationRequest request, GenerationListener listener);

  /**
   * Generates from a text with the model's default options.
   *
   * @param prompt the text
   * @return the text of the best candidate
   */
  default String generate(String prompt) {
    return generate(GenerationRequest.text(prompt).build()).text();
  }

  /**
   * Runs requests together, at most {@link ModelConfig#batchSize()} at a time; when one is
   * finished, the next takes its place. Each request keeps its own options, and its result equals
   * the one it would have alone (but for rounding in the last digits of scores; graphs with dynamic
   * int8 quantisation are the exception, see {@link ModelInfo#notes()}).
   *
   * @param requests the requests
   * @return their results, in the same order
   */
  List<GenerationResult> generateAll(List<GenerationRequest> requests);

  /**
   * Starts a request that generates as its tokens are asked for.
   *
   * @param request the input and its options
   * @return a stream, to be closed
   * @throws OverloadException if too many requests are waiting in continuous batching
   */
  TokenStream stream(GenerationRequest request);

  /**
   * Opens a session: requests that follow each other and do not run again what their prompts have
   * in common, such as the turns of a conversation.
   *
   * @return a session that remembers nothing yet, to be closed before this generator or with it
   * @throws InvalidRequestException if the model is no decoder; an encoder's input is read anew for
   *     each request
   * @throws IllegalStateException if the generator is closed
   */
  Session session();

  /**
   * Scores a text with a decoder-only model: every token but the first, which nothing precedes. A
   * tokenizer that adds a start token makes the first word count too.
   *
   * @param text text or token ids
   * @return per-token log-probabilities
   * @throws InvalidRequestException for an encoder-decoder model, which needs a target
   */
  Score score(Input text);

  /**
   * Scores a target: for an encoder-decoder model given the encoder's input, for a decoder-only
   * model as the continuation of a prompt. Trailing padding in the target is ignored.
   *
   * @param input the encoder's input, or the prompt
   * @param target text or token ids; for an encoder-decoder without the decoder start token,
   *     usually with the end token
   * @return the target's per-token log-probabilities
   */
  Score score(Input input, Input target);

  /**
   * Describes the loaded model.
   *
   * @return the same object at each call
   */
  ModelInfo model();

  /**
   * Waits for running requests, then frees the model. Safe at any time and from any thread; calls
   * after the first return when the model is freed. A stream that nobody is reading is ended.
   */
  @Override
  void close();
}
