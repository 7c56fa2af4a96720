package io.loquent.samples.cli;

import io.loquent.Cancellation;
import io.loquent.GenerationRequest;
import io.loquent.GenerationResult;
import io.loquent.Generator;
import io.loquent.InvalidRequestException;
import io.loquent.internal.json.Json;
import io.loquent.internal.json.JsonException;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.CharacterCodingException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Answers one line after another, in order. A line that cannot be run is answered with an error;
 * the lines after it are not affected. Confined to one thread.
 */
final class BatchRun {

  private final Generator generator;
  private final boolean texts;
  private final Cancellation cancellation = Cancellation.create();
  private long lines;
  private long failures;

  BatchRun(Generator generator, boolean texts) {
    this.generator = generator;
    this.texts = texts;
  }

  /**
   * Answers all lines; blank ones are skipped.
   *
   * @param afterLine called after each answer
   */
  void run(LineReader in, PrintStream out, Runnable afterLine) throws IOException {
    byte[] line = in.next();
    while (line != null && !cancellation.isCancelled()) {
      if (!LineReader.isBlank(line)) {
        out.print(Json.write(answer(line, in.number())) + "\n");
        if (out.checkError()) { // also flushes
          throw new IOException(
              "the answers cannot be written; is the disk full or the pipe closed?");
        }
        afterLine.run();
      }
      line = cancellation.isCancelled() ? null : in.next();
    }
  }

  long lines() {
    return lines;
  }

  long failures() {
    return failures;
  }

  boolean isCancelled() {
    return cancellation.isCancelled();
  }

  // The model's errors are of many kinds, and none of them may stop the lines that follow.
  private Map<String, @Nullable Object> answer(byte[] line, long number) {
    lines++;
    Object id = null;
    try {
      Map<String, @Nullable Object> fields = parse(line, number);
      id = BatchLine.id(fields);
      List<GenerationRequest> requests = BatchLine.requests(fields, cancellation);
      List<GenerationResult> results =
          Interrupt.cancelling(cancellation, () -> generator.generateAll(requests));
      return BatchAnswer.of(id, results, texts);
    } catch (RuntimeException e) {
      failures++;
      return BatchAnswer.error(id, e);
    }
  }

  private static Map<String, @Nullable Object> parse(byte[] line, long number) {
    try {
      return Json.parseObject(LineReader.decode(line));
    } catch (JsonException e) {
      // A line is parsed alone, so the parser counts it as the first.
      String problem = OneLineErrors.message(e).replaceFirst("^JsonException: ", "");
      throw new InvalidRequestException(
          "line " + number + ": " + problem.replace("at line 1, column", "at column"));
    } catch (CharacterCodingException e) {
      throw new InvalidRequestException("line " + number + ": not UTF-8");
    }
  }
}
