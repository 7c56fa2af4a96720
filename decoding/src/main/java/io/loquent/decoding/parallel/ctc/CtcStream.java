package io.loquent.decoding.parallel.ctc;

import io.loquent.FinishReason;
import io.loquent.GenerationOptions;
import io.loquent.GenerationRequest;
import io.loquent.InvalidRequestException;
import io.loquent.Option;
import io.loquent.decoding.ChosenToken;
import io.loquent.decoding.Hypothesis;
import io.loquent.decoding.SearchPrompt;
import io.loquent.decoding.SearchSetup;
import io.loquent.decoding.lm.NgramModel;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * Decodes the frames of a CTC model as they come, for live audio: the application runs the model
 * over one chunk after another, and hands over the logits of each chunk's frames.
 *
 * <pre>{@code
 * CtcStream stream =
 *     CtcStream.builder(vocabularySize, blank)
 *         .vocabulary(CtcVocabulary.of(tokens))
 *         .options(GenerationOptions.builder().numBeams(50).build())
 *         .frameSeconds(0.02)
 *         .build();
 * while (...) {
 *   stream.accept(logitsOfNextFrames);
 *   show(stream.text());
 * }
 * Hypothesis result = stream.finish().get(0);
 * }</pre>
 *
 * <p>However the frames are divided into chunks, the result is that of {@link CtcSearches} over all
 * of them at once, for the same options; end tokens and lengths do not end a stream. Confined to
 * one thread.
 */
public final class CtcStream {

  private final int vocabularySize;
  private final FrameScores frame;
  private final FrameDecoder decoder;
  private final @Nullable CtcVocabulary vocabulary;
  private final List<ChosenToken> committed = new ArrayList<>();
  private int frames;
  private @Nullable List<Hypothesis> results;

  private CtcStream(Builder builder) {
    vocabularySize = builder.vocabularySize;
    vocabulary = builder.vocabulary;
    SearchSetup setup =
        CtcRules.checkStream(
            new SearchSetup(
                GenerationRequest.tokens().options(builder.options).build(),
                builder.options,
                new SearchPrompt(new int[0], new int[0], Integer.MAX_VALUE),
                vocabularySize,
                null,
                0),
            builder.languageModel != null);
    frame = new FrameScores(setup, OptionalInt.empty());
    decoder =
        CtcDecoders.of(
            setup,
            builder.blank,
            builder.frameSeconds,
            vocabulary,
            builder.languageModel,
            builder.prunesHistory);
  }

  /**
   * Begins to describe a stream.
   *
   * @param vocabularySize length of a frame's logits
   * @param blank the id of the blank token
   * @return a builder for greedy decoding without words
   */
  public static Builder builder(int vocabularySize, int blank) {
    if (blank < 0 || blank >= vocabularySize) {
      throw new IllegalArgumentException(
          "the blank is token " + blank + " of a vocabulary of " + vocabularySize);
    }
    return new Builder(vocabularySize, blank);
  }

  /**
   * Takes the next frames.
   *
   * @param logits {@code [frames, vocabulary]} logits or log-probabilities, one frame behind the
   *     other; not kept
   * @throws io.loquent.InferenceException if a logit is NaN or positive infinity
   * @throws IllegalStateException after {@link #finish}
   */
  public void accept(float[] logits) {
    accept(FloatBuffer.wrap(logits));
  }

  /**
   * Takes the next frames.
   *
   * @param logits {@code [frames, vocabulary]} logits or log-probabilities from its position to its
   *     limit; read, but not kept
   * @throws io.loquent.InferenceException if a logit is NaN or positive infinity
   * @throws IllegalStateException after {@link #finish}
   */
  public void accept(FloatBuffer logits) {
    if (results != null) {
      throw new IllegalStateException("the stream is finished; it takes no more frames");
    }
    if (logits.remaining() % vocabularySize != 0) {
      throw new IllegalArgumentException(
          logits.remaining() + " logits are not whole frames of " + vocabularySize + " tokens");
    }
    while (logits.hasRemaining()) {
      frame.readNext(logits);
      decoder.accept(frame);
      frames++;
    }
  }

  /**
   * Returns how many frames there were so far.
   *
   * @return at least 0
   */
  public int frames() {
    return frames;
  }

  /**
   * Returns the tokens that later frames cannot change. A beam search without {@link
   * Builder#pruneHistory} may hold back a long part of the text for as long as a rival of it lives.
   *
   * @return the first tokens of the result; their ids are final, but for the newest one's span and
   *     log-probabilities, and for those of a beam search, which are what the best way to say them
   *     was when they became final
   */
  public List<ChosenToken> committed() {
    int settled = results == null ? decoder.settled() : results.get(0).tokens().size();
    if (settled > committed.size()) {
      List<ChosenToken> tokens = tokens();
      committed.addAll(tokens.subList(committed.size(), settled));
    }
    return Collections.unmodifiableList(new ArrayList<>(committed));
  }

  /**
   * Returns what the result would be if the input ended here.
   *
   * @return all tokens of it, the committed ones included
   */
  public List<ChosenToken> tokens() {
    return results == null ? decoder.best() : results.get(0).tokens();
  }

  /**
   * Returns the text of {@link #tokens}.
   *
   * @return words divided by one space each
   * @throws IllegalStateException if the stream was built without a vocabulary
   */
  public String text() {
    if (vocabulary == null) {
      throw new IllegalStateException(
          "it is not known what tokens write; give the builder a vocabulary");
    }
    return vocabulary.text(tokens());
  }

  /**
   * Ends the input. May be called repeatedly.
   *
   * @return {@code num_return_sequences} results, best first; fewer if there are no more
   */
  public List<Hypothesis> finish() {
    if (results == null) {
      List<Hypothesis> hypotheses = new ArrayList<>();
      for (Labelling labelling : decoder.finish()) {
        hypotheses.add(
            new Hypothesis(
                labelling.tokens(),
                labelling.score(),
                FinishReason.END_OF_SEQUENCE,
                vocabulary == null ? List.of() : vocabulary.words(labelling.tokens())));
      }
      results = List.copyOf(hypotheses);
    }
    return results;
  }

  /** Describes a stream. Mutable; confined to one thread. */
  public static final class Builder {

    private final int vocabularySize;
    private final int blank;
    private GenerationOptions options = GenerationOptions.none();
    private @Nullable CtcVocabulary vocabulary;
    private @Nullable NgramModel languageModel;
    private OptionalDouble frameSeconds = OptionalDouble.empty();
    private boolean prunesHistory;

    private Builder(int vocabularySize, int blank) {
      this.vocabularySize = vocabularySize;
      this.blank = blank;
    }

    /**
     * Sets the options of the search.
     *
     * @param value as for {@link CtcSearches}, without those that end a result
     * @return this builder
     */
    public Builder options(GenerationOptions value) {
      options = value;
      return this;
    }

    /**
     * Says what tokens write, for text, words, hotwords and language models.
     *
     * @param value the model's vocabulary
     * @return this builder
     */
    public Builder vocabulary(CtcVocabulary value) {
      vocabulary = value;
      return this;
    }

    /**
     * Sets the language model of a beam search; the option {@link Option#LANGUAGE_MODEL} may then
     * be set or not.
     *
     * @param value of words, or of the vocabulary's tokens
     * @return this builder
     */
    public Builder languageModel(NgramModel value) {
      languageModel = value;
      return this;
    }

    /**
     * Says how long a frame is.
     *
     * @param value seconds, above 0
     * @return this builder
     */
    public Builder frameSeconds(double value) {
      frameSeconds = OptionalDouble.of(value);
      return this;
    }

    /**
     * Lets a beam search keep only the best of the candidates with the same future: those that end
     * in the same unfinished word and the same token, and in the same state of the language model,
     * or the same last word where there is none. Tokens are committed sooner then, and the beam is
     * used for candidates that still differ; other results may be lost.
     *
     * @param value default false; needs a language model, or a vocabulary with words
     * @return this builder
     */
    public Builder pruneHistory(boolean value) {
      prunesHistory = value;
      return this;
    }

    /**
     * Begins the stream.
     *
     * @return a stream before its first frame
     * @throws InvalidRequestException if the options contradict each other, or need what is not
     *     there
     */
    public CtcStream build() {
      if (prunesHistory
          && languageModel == null
          && (vocabulary == null || !vocabulary.hasWords())) {
        throw new InvalidRequestException(
            "pruneHistory compares candidates by their last words, but there is neither a vocabulary"
                + " with words nor a language model; give one of them, or switch it off");
      }
      if (languageModel == null && options.get(Option.LANGUAGE_MODEL).isPresent()) {
        throw new InvalidRequestException(
            "language_model is set, but a stream opens no files; give the builder the language model"
                + " itself (NgramModel.read)");
      }
      return new CtcStream(this);
    }
  }
}
