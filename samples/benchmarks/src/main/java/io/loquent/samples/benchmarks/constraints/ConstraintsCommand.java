package io.loquent.samples.benchmarks.constraints;

import io.loquent.OutputConstraint;
import io.loquent.decoding.constraint.ConstraintState;
import io.loquent.decoding.constraint.TokenConstraint;
import io.loquent.decoding.constraint.TokenMask;
import io.loquent.samples.benchmarks.run.MarkdownTable;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * What a constraint adds to each token: reading the last one, finding the tokens that may come and
 * forbidding all others. Documents of a nested schema are written token by token; the first ones
 * meet states that nobody has met before.
 */
@Command(
    name = "constraints",
    description = "Measures what holding output to a nested JSON schema costs per token.")
public final class ConstraintsCommand implements Callable<Integer> {

  @Option(names = "--vocabulary", description = "Tokens (default: ${DEFAULT-VALUE}).")
  private int vocabularySize = 50_000;

  @Option(names = "--documents", description = "Documents (default: ${DEFAULT-VALUE}).")
  private int documents = 200;

  @Option(
      names = "--step-millis",
      description =
          "What a step of the model takes, for the share of it (default: ${DEFAULT-VALUE}, a step of"
              + " 135 million parameters on two cores).")
  private double stepMillis = 4;

  private final PrintStream out;

  /**
   * Creates the command.
   *
   * @param out receives a table
   */
  public ConstraintsCommand(PrintStream out) {
    this.out = out;
  }

  @Override
  public Integer call() {
    SyntheticVocabulary tokens = new SyntheticVocabulary(vocabularySize);
    long start = System.nanoTime();
    TokenConstraint.Vocabulary vocabulary = TokenConstraint.Vocabulary.of(tokens, tokens.size());
    double vocabularyMillis = (System.nanoTime() - start) / 1e6;
    MarkdownTable table =
        new MarkdownTable(
            List.of(
                "documents",
                "tokens",
                "of them forced",
                "compile ms",
                "mean us a token",
                "median us",
                "p99 us",
                "share of a step"));
    OutputConstraint constraint = OutputConstraint.jsonSchema(SampleDocument.SCHEMA);
    // Java itself has to warm up, which a server has done long ago.
    run(TokenConstraint.of(constraint, vocabulary), tokens, 0, documents);
    long compileStart = System.nanoTime();
    TokenConstraint ready = TokenConstraint.of(constraint, vocabulary);
    ready.mask(ready.start());
    String compileMillis = MarkdownTable.number("%.1f", (System.nanoTime() - compileStart) / 1e6);
    table.add(row("the first", run(ready, tokens, 1000, 1), compileMillis));
    table.add(row("the next 9", run(ready, tokens, 1001, 9), ""));
    table.add(row("the next " + documents, run(ready, tokens, 1010, documents), ""));
    out.print(table);
    out.printf(
        Locale.ROOT,
        "%nA vocabulary of %d tokens takes %.0f ms to look through, once for a model.%n",
        tokens.size(),
        vocabularyMillis);
    return 0;
  }

  private List<String> row(String title, Costs costs, String compileMillis) {
    double[] sorted = costs.micros.stream().mapToDouble(Double::doubleValue).sorted().toArray();
    double mean = Arrays.stream(sorted).average().orElse(0);
    return List.of(
        title,
        String.valueOf(sorted.length),
        MarkdownTable.number("%.0f %%", 100.0 * costs.forced / sorted.length),
        compileMillis,
        MarkdownTable.number("%.1f", mean),
        MarkdownTable.number("%.1f", sorted[sorted.length / 2]),
        MarkdownTable.number("%.1f", sorted[(int) (0.99 * (sorted.length - 1))]),
        MarkdownTable.number("%.2f %%", mean / 10 / stepMillis));
  }

  /** What tokens took. */
  private static final class Costs {
    private final List<Double> micros = new ArrayList<>();
    private int forced;
  }

  private static Costs run(
      TokenConstraint constraint, SyntheticVocabulary tokens, int seed, int count) {
    Costs costs = new Costs();
    float[] scores = new float[constraint.vocabularySize()];
    for (int document = 0; document < count; document++) {
      byte[] text = new SampleDocument(seed + document).text().getBytes(StandardCharsets.UTF_8);
      ConstraintState state = constraint.start();
      int position = 0;
      int token = -1;
      while (position < text.length) {
        Arrays.fill(scores, 0);
        long start = System.nanoTime();
        if (token >= 0) {
          state = constraint.next(state, token);
        }
        TokenMask mask = constraint.mask(state);
        mask.applyTo(scores);
        costs.micros.add((System.nanoTime() - start) / 1e3);
        costs.forced += mask.count() == 1 ? 1 : 0;
        token = longest(scores, tokens, text, position);
        position += length(tokens, token);
      }
    }
    return costs;
  }

  private static int length(SyntheticVocabulary tokens, int token) {
    byte[] bytes = tokens.bytes(token, false);
    return bytes == null ? 0 : bytes.length;
  }

  /** The longest possible token that the rest of a text begins with. */
  private static int longest(
      float[] scores, SyntheticVocabulary tokens, byte[] text, int position) {
    int best = -1;
    int bestLength = 0;
    for (int id = 0; id < tokens.size(); id++) {
      byte[] bytes = scores[id] == 0 ? tokens.bytes(id, false) : null;
      if (bytes != null && bytes.length > bestLength && begins(text, position, bytes)) {
        best = id;
        bestLength = bytes.length;
      }
    }
    if (best < 0) {
      throw new IllegalStateException(
          "no token can follow \""
              + new String(text, 0, position, StandardCharsets.UTF_8)
              + "\", although the document is valid");
    }
    return best;
  }

  private static boolean begins(byte[] text, int position, byte[] bytes) {
    boolean begins = position + bytes.length <= text.length;
    for (int i = 0; begins && i < bytes.length; i++) {
      begins = text[position + i] == bytes[i];
    }
    return begins;
  }
}
