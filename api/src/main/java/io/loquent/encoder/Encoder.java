package io.loquent.encoder;

import io.loquent.Input;
import io.loquent.ModelConfig;
import io.loquent.ModelInfo;
import io.loquent.ModelReport;
import io.loquent.Score;
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
 *   <li>{@link io.loquent.InferenceException} if the graph fails or answers with NaN or infinity,
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
   * Finds the labels of a text, with {@link ClassificationOptions#defaults()}.
   *
   * @param text a text
   * @return all labels of the model, the best first
   */
  default Classification classify(String text) {
    return classify(List.of(Input.text(text)), ClassificationOptions.defaults()).get(0);
  }

  /**
   * Finds the labels of texts, or of pairs of texts, as Hugging Face's text classification pipeline
   * does.
   *
   * @param texts {@link Input.Text} or {@link Input.TextPair}
   * @param options how they are classified
   * @return a result for each, in order
   * @throws io.loquent.InvalidRequestException if the model has no labels for texts ({@link
   *     EncoderTask#CLASSIFY}), or an input is of another kind
   */
  List<Classification> classify(List<Input> texts, ClassificationOptions options);

  /**
   * Says which of some labels fit texts, for labels that the model was not trained with: by how
   * well a hypothesis with the label follows from the text, as Hugging Face's zero-shot
   * classification pipeline does. The model runs once for each text and label.
   *
   * @param texts the texts
   * @param candidateLabels at least one, each once
   * @param options how they are classified
   * @return a result for each text, in order, with all candidate labels
   * @throws io.loquent.InvalidRequestException if the model was not trained to tell what follows
   *     ({@link EncoderTask#CLASSIFY_ZERO_SHOT}), or the labels cannot be used
   */
  List<Classification> classifyZeroShot(
      List<String> texts, List<String> candidateLabels, ZeroShotOptions options);

  /**
   * Labels the tokens of a text, with {@link TaggingOptions#defaults()}.
   *
   * @param text a text
   * @return tokens with another label than {@code O}, in order
   */
  default List<Entity> tag(String text) {
    return tag(List.of(text), TaggingOptions.defaults()).get(0);
  }

  /**
   * Labels parts of texts, such as names, as Hugging Face's token classification pipeline does. It
   * differs in that words are what the tokenizer splits texts into and white space besides, where
   * the pipeline guesses from spaces for some tokenizers, so that "Paris," is a name and a comma.
   *
   * @param texts the texts
   * @param options how tokens become entities, and which are left out
   * @return the entities of each text, in order
   * @throws io.loquent.InvalidRequestException if the model has no labels for tokens ({@link
   *     EncoderTask#TAG})
   */
  List<List<Entity>> tag(List<String> texts, TaggingOptions options);

  /**
   * Finds the answer to a question, with {@link AnswerOptions#defaults()}.
   *
   * @param question a question
   * @param context the text that has the answer, of any length
   * @return the best answer
   */
  default AnswerResult answer(String question, String context) {
    return answer(question, context, AnswerOptions.defaults());
  }

  /**
   * Finds the parts of a text that answer a question.
   *
   * <p>The probability of a start or end is a softmax over all tokens of the context. A context
   * that is read in windows counts as one: a token has the highest logit that any window gives it,
   * so that scores of different windows can be compared, and they rank as in SQuAD evaluations. A
   * part that was seen in several windows is found once, with its best score.
   *
   * @param question a question, neither empty nor blank
   * @param context the text that has the answer, neither empty nor blank
   * @param options how many answers, and how long
   * @return the best answers
   * @throws io.loquent.InvalidRequestException if the model cannot find answers ({@link
   *     EncoderTask#ANSWER}), or a text is blank
   */
  AnswerResult answer(String question, String context, AnswerOptions options);

  /**
   * Says what may stand in place of a text's masks.
   *
   * @param text holds at least one mask, as the model spells it, such as {@code [MASK]}
   * @return one entry for each mask, in the text's order
   * @throws io.loquent.InvalidRequestException if the text has no mask
   */
  default List<FilledMask> fillMask(String text) {
    return fillMask(List.of(text), FillMaskOptions.defaults()).get(0);
  }

  /**
   * Says what may stand in place of each mask, while the other masks stay (Hugging Face's fill-mask
   * pipeline).
   *
   * @param texts each holds at least one mask, as the model spells it, such as {@code [MASK]}
   * @param options how many candidates a mask gets, and of which words
   * @return for each text one entry for each mask, in the text's order
   * @throws io.loquent.InvalidRequestException if a text has no mask or loses one by truncation, or
   *     a target word is not one token
   */
  List<List<FilledMask>> fillMask(List<String> texts, FillMaskOptions options);

  /**
   * Fills all masks of a text so that they fit each other: in each run the surest one.
   *
   * @param text holds at least one mask, as the model spells it
   * @return the filled text
   * @throws io.loquent.InvalidRequestException if the text has no mask
   */
  default FilledText fillJointly(String text) {
    return fillJointly(List.of(text), JointFillOptions.defaults()).get(0).get(0);
  }

  /**
   * Fills all masks of each text so that they fit each other, by a few runs of the model. Special
   * tokens are not filled in.
   *
   * @param texts each holds at least one mask, as the model spells it
   * @param options in which order masks are filled, and how many fillings are followed and given;
   *     not {@link Truncation#STRIDE}, because the fillings of windows would not fit each other
   * @return for each text its fillings, the best first
   * @throws io.loquent.InvalidRequestException if a text has no mask or loses one by truncation, or
   *     options contradict each other
   */
  List<List<FilledText>> fillJointly(List<String> texts, JointFillOptions options);

  /**
   * Scores a text by masking each of its tokens in turn.
   *
   * @param text any text
   * @return the log-probability of each token given all others; {@link Score#perplexity()} is the
   *     pseudo-perplexity
   */
  default Score pseudoLogLikelihood(String text) {
    return pseudoLogLikelihood(List.of(text), PseudoLogLikelihoodOptions.defaults()).get(0);
  }

  /**
   * Scores texts by masking each of their tokens in turn (Salazar et al. 2020, "Masked Language
   * Model Scoring"). A text of n tokens takes n rows.
   *
   * @param texts any texts
   * @param options what is masked with a token, and what happens to long texts: in windows, each
   *     token is scored where most is seen of what is around it
   * @return for each text the log-probabilities of its tokens, without those that the tokenizer
   *     adds
   */
  List<Score> pseudoLogLikelihood(List<String> texts, PseudoLogLikelihoodOptions options);

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
