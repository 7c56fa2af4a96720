package io.loquent.runtime.encoder;

import static io.loquent.runtime.encoder.TaskDetection.END;
import static io.loquent.runtime.encoder.TaskDetection.START;

import io.loquent.InvalidRequestException;
import io.loquent.decoding.heads.AnswerSearch;
import io.loquent.decoding.heads.AnswerSpan;
import io.loquent.decoding.heads.SpanLogits;
import io.loquent.encoder.Answer;
import io.loquent.encoder.AnswerOptions;
import io.loquent.encoder.AnswerResult;
import io.loquent.encoder.EncoderTask;
import io.loquent.runtime.model.EncoderOutputs;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/** Finds answers in texts. Thread-safe until the model is closed. */
public final class QuestionAnswering {

  /** Tokens that windows share, as Hugging Face's {@code doc_stride}. */
  private static final int USUAL_STRIDE = 128;

  private final EncoderContext context;

  /** Which text of a row is the context: 0 or 1. */
  private final int sequence;

  private final OptionalInt cls;

  /**
   * Binds the task to a model.
   *
   * @param context the model
   */
  public QuestionAnswering(EncoderContext context) {
    this.context = context;
    // Tokenizers that pad on the left belong to models that read the question last.
    sequence = "left".equals(context.tokenizerFiles().setting("padding_side")) ? 0 : 1;
    cls =
        context
            .tokenizerFiles()
            .spelling("cls_token")
            .map(context.reader().tokenizer()::tokenToId)
            .orElse(OptionalInt.empty());
  }

  /**
   * Finds the parts of a text that answer a question.
   *
   * @param question a question
   * @param text the text
   * @param options how many answers, and how long
   * @return the best answers
   */
  public AnswerResult answer(String question, String text, AnswerOptions options) {
    context.need(EncoderTask.ANSWER);
    check(question, "question");
    check(text, "context");
    List<Window> windows = read(question, text, options);
    SortedMap<Integer, SpanLogits> logits = new TreeMap<>();
    context
        .batches()
        .run(
            windows,
            Set.of(START, END),
            options,
            (window, outputs, row) -> logits.put(window.number(), logits(window, outputs, row)));
    SplitText split = SplitText.of(windows, sequence, text);
    AnswerSearch search =
        new AnswerSearch(
            options.topK(),
            options.maxAnswerTokens(),
            options.alignToWords(),
            options.handleImpossibleAnswer());
    return result(
        search.search(List.copyOf(logits.values()), split.tokens()),
        text,
        split.leading(),
        options);
  }

  private static void check(String text, String name) {
    if (text.trim().isEmpty()) {
      throw new InvalidRequestException(name + " must not be blank; found \"" + text + "\"");
    }
  }

  private List<Window> read(String question, String text, AnswerOptions options) {
    List<Window> windows = new ArrayList<>();
    String first = sequence == 1 ? question : text;
    String second = sequence == 1 ? text : question;
    context.reader().readPairCuttingOne(0, first, second, sequence, options, USUAL_STRIDE, windows);
    return windows;
  }

  private SpanLogits logits(Window window, EncoderOutputs outputs, int row) {
    float[] starts = outputs.row(START, row);
    float[] ends = outputs.row(END, row);
    int[] positions = SplitText.positions(window, sequence);
    int none = none(window);
    return new SpanLogits(
        window.first(), pick(starts, positions), pick(ends, positions), starts[none], ends[none]);
  }

  private static float[] pick(float[] logits, int[] positions) {
    float[] picked = new float[positions.length];
    for (int i = 0; i < picked.length; i++) {
      picked[i] = logits[positions[i]];
    }
    return picked;
  }

  /** Where a window says that it has no answer: at its CLS token, or else at its first. */
  private int none(Window window) {
    for (int position = 0; position < window.length(); position++) {
      if (cls.isPresent()
          && window.tokens().isSpecial(position)
          && window.tokens().id(position) == cls.getAsInt()) {
        return position;
      }
    }
    return 0;
  }

  private static AnswerResult result(
      AnswerSearch.Found found, String text, int leading, AnswerOptions options) {
    List<Answer> answers = new ArrayList<>();
    for (AnswerSpan span : found.spans()) {
      answers.add(
          new Answer(
              text.substring(span.start(), span.end()),
              span.start(),
              span.end(),
              span.score(),
              leading + span.first(),
              leading + span.last()));
    }
    boolean answerable =
        !options.handleImpossibleAnswer()
            || found.nullScoreDifference() <= options.nullScoreDiffThreshold();
    return new AnswerResult(
        answers, found.noAnswerScore(), found.nullScoreDifference(), answerable);
  }
}
