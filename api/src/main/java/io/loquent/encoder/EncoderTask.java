package io.loquent.encoder;

/** What an encoder can be asked for, depending on its heads. */
public enum EncoderTask {
  /** Fill masked tokens ({@code logits} over the vocabulary). */
  FILL_MASK,
  /** Score a text by masking each of its tokens ({@code logits} over the vocabulary). */
  PSEUDO_LOG_LIKELIHOOD,
  /** One vector for a text ({@code last_hidden_state}, {@code sentence_embedding}). */
  EMBED,
  /** One vector for each token, for late interaction. */
  EMBED_TOKENS,
  /** A weight for each entry of the vocabulary (SPLADE). */
  EMBED_SPARSE,
  /** Order documents by how well they answer a query (cross-encoder with one score). */
  RERANK,
  /** Labels of a text. */
  CLASSIFY,
  /** Labels that the model was not trained for, by entailment. */
  CLASSIFY_ZERO_SHOT,
  /** Labels of parts of a text, such as names. */
  TAG,
  /** Find the answer to a question in a text ({@code start_logits}, {@code end_logits}). */
  ANSWER
}
