package io.loquent.encoder;

import io.loquent.ModelConfig;
import io.loquent.ModelInfo;
import io.loquent.ModelReport;
import io.loquent.spi.EncoderProvider;
import java.nio.file.Path;
import java.util.List;
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
   * Makes a vector of a text, as the folder says.
   *
   * @param text the text
   * @return its vector
   */
  default Embedding embed(String text) {
    return embed(List.of(text), EmbeddingOptions.defaults()).get(0);
  }

  /**
   * Makes a vector of each text, as sentence transformers does: what {@code modules.json}, {@code
   * 1_Pooling/config.json} and the other modules' folders say is followed, where the graph does not
   * do it itself ({@code sentence_embedding}). Without them it is the mean of the tokens' vectors,
   * not normalized.
   *
   * <p>With {@link Truncation#STRIDE} a long text is read in windows, each with the prompt; their
   * vectors are averaged, each by the number of tokens that no window before it has read.
   *
   * @param texts the texts
   * @param options how
   * @return a vector for each, in the same order
   */
  List<Embedding> embed(List<String> texts, EmbeddingOptions options);

  /**
   * Makes a vector of each token of each text, for late interaction. Dense layers of {@code
   * modules.json} that work on tokens are applied (ColBERT, PyLate); the vectors have length 1 if
   * the folder pools nothing or the options say so.
   *
   * <p>With {@link Truncation#STRIDE} a long text is read in windows; of tokens that two windows
   * share, the vector is taken from the one where more text surrounds them.
   *
   * @param texts the texts
   * @param options how
   * @return vectors for each, in the same order
   */
  List<TokenEmbeddings> embedTokens(List<String> texts, EmbeddingOptions options);

  /**
   * Makes a sparse vector over the vocabulary of each text (SPLADE, Formal et al. 2021): for each
   * entry the greatest of log(1 + relu(logit)) over the text's tokens, or their sum where the
   * folder's {@code SpladePooling} says so.
   *
   * <p>With {@link Truncation#STRIDE} a long text is read in windows, and all their tokens count;
   * those that two windows share count once, as the earlier reads them.
   *
   * @param texts the texts
   * @param options how
   * @return a vector for each, in the same order
   */
  List<SparseEmbedding> embedSparse(List<String> texts, EmbeddingOptions options);

  /**
   * Orders documents by how well they answer a query.
   *
   * @param query the query
   * @param documents the documents
   * @return all documents, the best first
   */
  default List<RankedDocument> rerank(String query, List<String> documents) {
    return rerank(query, documents, RerankOptions.defaults());
  }

  /**
   * Orders documents by how well they answer a query, with a cross-encoder that reads each of them
   * together with the query and gives one logit.
   *
   * @param query the query
   * @param documents the documents
   * @param options how
   * @return the documents, the best first; equally good ones in their order
   */
  List<RankedDocument> rerank(String query, List<String> documents, RerankOptions options);

  /**
   * Waits for running calls, then frees the model. Safe at any time and from any thread; calls
   * after the first return when the model is freed.
   */
  @Override
  void close();
}
