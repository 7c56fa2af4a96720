package io.loquent.samples.cli;

import io.loquent.Candidate;
import io.loquent.CanvasListener;
import io.loquent.CanvasSnapshot;
import io.loquent.GenerationRequest;
import io.loquent.GenerationResult;
import io.loquent.Generator;
import io.loquent.InvalidRequestException;
import io.loquent.ModelInfo;
import io.loquent.Speculation;
import io.loquent.Token;
import java.io.PrintStream;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Prints generated text. */
final class TextPrinter {

  private TextPrinter() {}

  /** Prints the first candidate while it is generated, and a line break at its end. */
  static GenerationResult stream(Generator generator, GenerationRequest request, PrintStream out) {
    GenerationResult result =
        generator.generate(
            request,
            token -> {
              out.print(token.text());
              out.flush();
              if (out.checkError()) {
                // Nobody reads any more: the next program of a pipe has ended.
                request.cancellation().cancel();
              }
            });
    out.println();
    return result;
  }

  /** Prints the canvas after each run of the model, with the run's number, and then the text. */
  static GenerationResult steps(Generator generator, GenerationRequest request, PrintStream out) {
    if (generator.model().kind() != ModelInfo.Kind.NON_AUTOREGRESSIVE) {
      throw new InvalidRequestException(
          "--show-steps shows how a canvas fills, and "
              + generator.model().name()
              + " decodes token by token and has none; leave it out");
    }
    GenerationResult result =
        generator.generate(
            request,
            new CanvasListener() {
              @Override
              public void onCanvas(CanvasSnapshot canvas) {
                out.printf(Locale.ROOT, "%3d  %s%n", canvas.modelRuns(), canvas.text());
              }

              @Override
              public void onToken(Token token) {
                // The text comes at the end, below its canvases.
              }
            });
    out.println(result.text());
    return result;
  }

  /** Prints the first candidate with the tokens that were guessed right in green. */
  static void colored(GenerationResult result, PrintStream out) {
    Set<Integer> guessed =
        new HashSet<>(result.speculation().map(Speculation::acceptedIndexes).orElse(List.of()));
    for (Token token : result.best().tokens()) {
      boolean green = guessed.contains(token.index());
      out.print(green ? "\u001B[32m" + token.text() + "\u001B[0m" : token.text());
    }
    out.println();
  }

  /** Lists all candidates, best first, with their scores; further lines of a text are indented. */
  static void list(GenerationResult result, PrintStream out) {
    int rank = 1;
    for (Candidate candidate : result.candidates()) {
      String label = String.format(Locale.ROOT, "%3d  %9.4f  ", rank++, candidate.score());
      out.println(label + candidate.text().replaceAll("\\R", "\n" + " ".repeat(label.length())));
    }
  }
}
