package io.loquent.samples.cli;

import io.loquent.Candidate;
import io.loquent.GenerationRequest;
import io.loquent.GenerationResult;
import io.loquent.Generator;
import java.io.PrintStream;
import java.util.Locale;

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

  /** Lists all candidates, best first, with their scores; further lines of a text are indented. */
  static void list(GenerationResult result, PrintStream out) {
    int rank = 1;
    for (Candidate candidate : result.candidates()) {
      String label = String.format(Locale.ROOT, "%3d  %9.4f  ", rank++, candidate.score());
      out.println(label + candidate.text().replaceAll("\\R", "\n" + " ".repeat(label.length())));
    }
  }
}
