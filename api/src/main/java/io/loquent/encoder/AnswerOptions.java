package io.loquent.encoder;

import io.loquent.InvalidRequestException;

/**
 * How questions are answered. Immutable and thread-safe.
 *
 * <p>A context that is too long is read in windows ({@link Truncation#STRIDE}) unless {@link
 * #truncation()} says otherwise. Windows are as long as the model reads and share 128 tokens, or
 * half of what they have of the context if that is less. (Hugging Face's pipeline makes windows of
 * 384 tokens at most; {@link #maxLength()} does.) The question is never cut.
 */
public final class AnswerOptions extends EncoderOptions {

  private final int topK;
  private final int maxAnswerTokens;
  private final boolean handleImpossibleAnswer;
  private final double nullScoreDiffThreshold;
  private final boolean alignToWords;

  private AnswerOptions(Builder builder) {
    super(builder);
    topK = builder.topK;
    maxAnswerTokens = builder.maxAnswerTokens;
    handleImpossibleAnswer = builder.handleImpossibleAnswer;
    nullScoreDiffThreshold = builder.nullScoreDiffThreshold;
    alignToWords = builder.alignToWords;
  }

  /**
   * Returns options of which none is set.
   *
   * @return new options
   */
  public static AnswerOptions defaults() {
    return builder().build();
  }

  /**
   * Starts with no option set.
   *
   * @return a new builder
   */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * Returns how many answers a result has at most.
   *
   * @return 1 unless set
   */
  public int topK() {
    return topK;
  }

  /**
   * Returns how long an answer is at most.
   *
   * @return tokens, 15 unless set
   */
  public int maxAnswerTokens() {
    return maxAnswerTokens;
  }

  /**
   * Says whether a text may have no answer.
   *
   * @return false unless set
   */
  public boolean handleImpossibleAnswer() {
    return handleImpossibleAnswer;
  }

  /**
   * Returns how much the logits of "no answer" may be above those of the best answer.
   *
   * @return 0 unless set
   */
  public double nullScoreDiffThreshold() {
    return nullScoreDiffThreshold;
  }

  /**
   * Says whether answers are whole words.
   *
   * @return true unless set
   */
  public boolean alignToWords() {
    return alignToWords;
  }

  /** Collects options. Confined to one thread. */
  public static final class Builder extends EncoderOptions.Builder<Builder> {
    private int topK = 1;
    private int maxAnswerTokens = 15;
    private boolean handleImpossibleAnswer;
    private double nullScoreDiffThreshold;
    private boolean alignToWords = true;

    private Builder() {
      truncation(Truncation.STRIDE);
    }

    @Override
    Builder self() {
      return this;
    }

    /**
     * Sets how many answers a result has at most (Hugging Face {@code top_k}). No two of them are
     * the same part of the context, but they may overlap.
     *
     * @param answers at least 1
     * @return this
     * @throws InvalidRequestException if it is below 1
     */
    public Builder topK(int answers) {
      topK = atLeast(1, "top_k", answers);
      return this;
    }

    /**
     * Sets how long an answer is at most (Hugging Face {@code max_answer_len}).
     *
     * @param tokens at least 1
     * @return this
     * @throws InvalidRequestException if it is below 1
     */
    public Builder maxAnswerTokens(int tokens) {
      maxAnswerTokens = atLeast(1, "max_answer_len", tokens);
      return this;
    }

    /**
     * Sets whether a text may have no answer (Hugging Face {@code handle_impossible_answer}). Then
     * "no answer" takes its share of the probability, and the result may be unanswerable.
     *
     * @param possible true for models that were trained with such questions
     * @return this
     */
    public Builder handleImpossibleAnswer(boolean possible) {
      handleImpossibleAnswer = possible;
      return this;
    }

    /**
     * Sets how much the logits of "no answer" may be above those of the best answer before a text
     * counts as having none ({@code null_score_diff_threshold} of SQuAD 2.0 evaluations).
     *
     * @param threshold a number; the higher, the more questions are answered
     * @return this
     * @throws InvalidRequestException if it is NaN
     */
    public Builder nullScoreDiffThreshold(double threshold) {
      if (Double.isNaN(threshold)) {
        throw new InvalidRequestException("null_score_diff_threshold must be a number; found NaN");
      }
      nullScoreDiffThreshold = threshold;
      return this;
    }

    /**
     * Sets whether answers are whole words (Hugging Face {@code align_to_words}).
     *
     * @param words false for languages that do not put spaces between words, or to cut between
     *     tokens
     * @return this
     */
    public Builder alignToWords(boolean words) {
      alignToWords = words;
      return this;
    }

    /**
     * Puts the options together.
     *
     * @return the options
     */
    public AnswerOptions build() {
      return new AnswerOptions(this);
    }
  }
}
