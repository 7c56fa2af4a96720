package io.loquent.samples.cli;

import io.loquent.ModelConfig;
import io.loquent.encoder.Answer;
import io.loquent.encoder.AnswerOptions;
import io.loquent.encoder.AnswerResult;
import io.loquent.internal.json.Json;
import java.io.PrintStream;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** A question and a text in, the part of the text that answers it out. */
@Command(
    name = "answer",
    description = {
      "Finds the part of a text that answers a question: score, where, and the text.",
      "A long text is read in overlapping windows. Offsets count UTF-16 units, as in Java."
    })
final class AnswerCommand implements Callable<Integer> {

  private final EncoderCall call;
  private final Terminal terminal;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Mixin private ModelChoice model = new ModelChoice();
  @Mixin private EncoderFlags flags = new EncoderFlags();
  @Mixin private Wanted wanted = new Wanted();

  @Option(names = "--question", required = true, paramLabel = "TEXT", description = "The question.")
  private String question = "";

  @Parameters(
      arity = "0..1",
      paramLabel = "CONTEXT",
      description =
          "The text that has the answer; without it, standard input is read, less one line break"
              + " at its end.")
  private @Nullable String context;

  /** Which answers are wanted. */
  static final class Wanted {
    @Option(names = "--top-k", paramLabel = "N", description = "Answers that are wanted.")
    private @Nullable Integer topK;

    @Option(names = "--max-answer-len", paramLabel = "N", description = "Most tokens of an answer.")
    private @Nullable Integer maxAnswerTokens;

    @Option(names = "--handle-impossible-answer", description = "The text may have no answer.")
    private boolean handleImpossibleAnswer;

    @Option(
        names = "--null-score-diff-threshold",
        paramLabel = "X",
        description =
            "How much better having no answer must score than the best one, in logits, to count;"
                + " turns --handle-impossible-answer on.")
    private @Nullable Double nullScoreDiffThreshold;

    @Option(
        names = "--align-to-words",
        negatable = true,
        description = "Answers are whole words, or not (--no-align-to-words).")
    private @Nullable Boolean alignToWords;

    private AnswerOptions build(AnswerOptions.Builder builder) {
      if (topK != null) {
        builder.topK(topK);
      }
      if (maxAnswerTokens != null) {
        builder.maxAnswerTokens(maxAnswerTokens);
      }
      builder.handleImpossibleAnswer(handleImpossibleAnswer);
      if (nullScoreDiffThreshold != null) {
        builder.handleImpossibleAnswer(true).nullScoreDiffThreshold(nullScoreDiffThreshold);
      }
      if (alignToWords != null) {
        builder.alignToWords(alignToWords);
      }
      return builder.build();
    }
  }

  AnswerCommand(EncoderCall call, Terminal terminal) {
    this.call = call;
    this.terminal = terminal;
  }

  @Override
  public Integer call() {
    AnswerOptions options = flags.options(AnswerOptions.builder(), wanted::build);
    ModelConfig config = model.read();
    String asked = TextSource.checked(spec, question);
    String text =
        context == null ? TextSource.standardInput(terminal) : TextSource.checked(spec, context);
    AnswerResult result = call.run(config, flags, encoder -> encoder.answer(asked, text, options));
    if (flags.json()) {
      terminal.out().println(Json.write(json(asked, result)));
    } else {
      print(result, terminal.out());
    }
    return 0;
  }

  private static Map<String, Object> json(String question, AnswerResult result) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("question", question);
    json.put("answerable", result.answerable());
    json.put("answers", result.answers().stream().map(AnswerCommand::json).toList());
    json.put("no_answer_score", result.noAnswerScore());
    json.put("null_score_diff", result.nullScoreDifference());
    return json;
  }

  private static Map<String, Object> json(Answer answer) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("text", answer.text());
    json.put("score", answer.score());
    json.put("start", answer.start());
    json.put("end", answer.end());
    return json;
  }

  private static void print(AnswerResult result, PrintStream out) {
    Columns table = new Columns("");
    if (!result.answerable()) {
      table.add(TextResults.score(result.noAnswerScore()), "-", "(no answer)");
    }
    for (Answer answer : result.answers()) {
      table.add(
          TextResults.score(answer.score()), answer.start() + "-" + answer.end(), answer.text());
    }
    table.lines().forEach(out::println);
  }
}
