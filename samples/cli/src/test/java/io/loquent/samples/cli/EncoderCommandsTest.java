package io.loquent.samples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.loquent.Input;
import io.loquent.RefinementStrategy;
import io.loquent.encoder.AggregationStrategy;
import io.loquent.encoder.AnswerOptions;
import io.loquent.encoder.ClassificationFunction;
import io.loquent.encoder.ClassificationOptions;
import io.loquent.encoder.EmbeddingOptions;
import io.loquent.encoder.EncoderOptions;
import io.loquent.encoder.FillMaskOptions;
import io.loquent.encoder.JointFillOptions;
import io.loquent.encoder.Pooling;
import io.loquent.encoder.RerankOptions;
import io.loquent.encoder.TaggingOptions;
import io.loquent.encoder.Truncation;
import io.loquent.encoder.ZeroShotOptions;
import io.loquent.samples.cli.CommandRunner.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each task of an encoder: text in, a table or JSON out. */
final class EncoderCommandsTest {

  @TempDir private Path folder;

  private final FakeEncoder encoder = new FakeEncoder();
  private final CommandRunner runner = CommandRunner.ofEncoders(() -> encoder);

  private Outcome run(String command, String... args) {
    Outcome outcome = runner.run(line(command, args));
    assertThat(outcome.err()).isEmpty();
    assertThat(outcome.exitCode()).isZero();
    assertThat(encoder.closed).isEqualTo(encoder.opened.size()).isPositive();
    return outcome;
  }

  private String[] line(String command, String... args) {
    List<String> line = new ArrayList<>(List.of(command, "--model", folder.toString()));
    line.addAll(Arrays.asList(args));
    return line.toArray(String[]::new);
  }

  private <O extends EncoderOptions> O options(Class<O> type) {
    assertThat(encoder.options).hasSize(1);
    return type.cast(encoder.options.get(0));
  }

  @Test
  void embed_prints_vectors_and_how_near_they_are() {
    assertThat(run("embed", "aab", "c").out().lines())
        .containsExactly(
            "1   2.0000  1.0000  0.0000  3 numbers  3 tokens  aab",
            "2   0.0000  0.0000  1.0000  3 numbers  1 tokens  c",
            "",
            "cosine similarities",
            "   1        2",
            "1   1.0000   0.0000",
            "2   0.0000   1.0000");
  }

  @Test
  void embed_prints_json() {
    assertThat(run("embed", "--json", "aab", "c").out().lines())
        .containsExactly(
            "{\"text\":\"aab\",\"embedding\":[2.0,1.0,0.0],\"tokens\":3}",
            "{\"text\":\"c\",\"embedding\":[0.0,0.0,1.0],\"tokens\":1}");
  }

  @Test
  void embed_reads_lines_of_standard_input_and_of_a_file() throws IOException {
    Path file = Files.writeString(folder.resolve("texts"), "a\r\n\nb b\n");
    String[] texts = {"\"text\":\"a\"", "\"text\":\"b b\""};

    Outcome piped = runner.runWith("a\n\nb b", line("embed", "--json"));
    Outcome read = run("embed", "--json", "--file", file.toString());

    assertThat(piped.out()).contains(texts).hasLineCount(2);
    assertThat(read.out()).isEqualTo(piped.out());
  }

  @Test
  void embed_takes_the_options_of_vectors() {
    run(
        "embed",
        "--pooling=cls,MEAN",
        "--no-normalize",
        "--dimensions=2",
        "--prompt-name=query",
        "--truncation=truncate",
        "--max-length=9",
        "--batch-size=3",
        "a");

    EmbeddingOptions options = options(EmbeddingOptions.class);
    assertThat(options.pooling()).containsExactly(Pooling.CLS, Pooling.MEAN);
    assertThat(options.normalize()).contains(false);
    assertThat(options.dimensions()).hasValue(2);
    assertThat(options.promptName()).contains("query");
    assertThat(options.truncation()).isEqualTo(Truncation.TRUNCATE);
    assertThat(options.maxLength()).hasValue(9);
    assertThat(options.batchSize()).hasValue(3);
  }

  @Test
  void a_stride_reads_long_texts_in_windows() {
    run("embed", "--stride=4", "a");

    EmbeddingOptions options = options(EmbeddingOptions.class);
    assertThat(options.truncation()).isEqualTo(Truncation.STRIDE);
    assertThat(options.stride()).hasValue(4);
  }

  @Test
  void embed_prints_sparse_vectors() {
    assertThat(run("embed", "--sparse", "aab").out().lines())
        .containsExactly("1  aab (2 weights)", "   2.0000  a", "   1.0000  b");
    assertThat(run("embed", "--sparse", "--json", "--max-active-dims=2", "ab").out().strip())
        .isEqualTo(
            "{\"text\":\"ab\",\"weights\":[{\"id\":1,\"token\":\"a\",\"weight\":1.0},"
                + "{\"id\":2,\"token\":\"b\",\"weight\":1.0}],\"dimensions\":300,\"tokens\":2}");
    assertThat(((EmbeddingOptions) encoder.options.get(1)).maxActiveDimensions()).hasValue(2);
  }

  @Test
  void embed_prints_a_vector_for_each_token() {
    assertThat(run("embed", "--tokens", "abc").out().lines())
        .containsExactly(
            "1  abc (2 numbers each)", "  -     1.0000  2.0000  ", "  1-3   3.0000  4.0000  bc");
    assertThat(run("embed", "--tokens", "--json", "--prompt=q: ", "abc").out())
        .contains(
            "\"tokens\":[{\"id\":2,\"special\":true,\"start\":0,\"end\":0,\"embedding\":[1.0,2.0]}");
    assertThat(((EmbeddingOptions) encoder.options.get(1)).prompt()).contains("q: ");
  }

  @Test
  void rerank_prints_texts_in_order() {
    assertThat(run("rerank", "--query=b", "a", "bb", "ab").out().lines())
        .containsExactly(" 2.0000  2  bb", " 1.0000  3  ab", " 0.0000  1  a");
  }

  @Test
  void rerank_keeps_the_best_and_prints_json() {
    Outcome outcome =
        run("rerank", "--query=b", "--top-n=1", "--activation=identity", "--json", "a", "bb");

    assertThat(outcome.out().strip())
        .isEqualTo("{\"index\":1,\"score\":2.0,\"logit\":20.0,\"text\":\"bb\"}");
    assertThat(options(RerankOptions.class).activation())
        .contains(RerankOptions.Activation.IDENTITY);
  }

  @Test
  void classify_prints_labels() {
    assertThat(run("classify", "fine").out().lines())
        .containsExactly(" 0.7500  GOOD", " 0.2500  NOT SO GOOD");
    assertThat(run("classify", "fine", "well").out().lines())
        .containsExactly(
            "fine",
            "   0.7500  GOOD",
            "   0.2500  NOT SO GOOD",
            "well",
            "   0.7500  GOOD",
            "   0.2500  NOT SO GOOD");
  }

  @Test
  void classify_takes_pairs_and_options_and_prints_json() {
    Outcome outcome =
        run(
            "classify",
            "--text-pair=second",
            "--function-to-apply=sigmoid",
            "--top-k=2",
            "--json",
            "first");

    assertThat(outcome.out().strip())
        .isEqualTo(
            "{\"text\":\"first\",\"labels\":[{\"label\":\"GOOD\",\"score\":0.75},"
                + "{\"label\":\"NOT SO GOOD\",\"score\":0.25}]}");
    assertThat(encoder.classified).containsExactly(new Input.TextPair("first", "second"));
    assertThat(options(ClassificationOptions.class).functionToApply())
        .contains(ClassificationFunction.SIGMOID);
    assertThat(options(ClassificationOptions.class).topK()).hasValue(2);
  }

  @Test
  void classify_takes_labels_of_your_own() {
    Outcome outcome =
        run(
            "classify",
            "--candidate-labels=travel,the weather",
            "--hypothesis-template=About {}.",
            "--multi-label",
            "--entailment-label=yes",
            "rain");

    assertThat(outcome.out().lines())
        .containsExactly(" 0.5000  About travel.", " 0.2500  About the weather.");
    assertThat(options(ZeroShotOptions.class).multiLabel()).isTrue();
    assertThat(options(ZeroShotOptions.class).entailmentLabel()).contains("yes");
  }

  @Test
  void tag_prints_where_names_are() {
    assertThat(run("tag", "Ann in London").out().lines())
        .containsExactly("0-3    0.8750  PER       Ann", "7-13   0.5000  LOCATION  London");
    assertThat(options(TaggingOptions.class).aggregationStrategy())
        .isEqualTo(AggregationStrategy.SIMPLE);
    assertThat(options(TaggingOptions.class).ignoreLabels()).containsExactly("O");
  }

  @Test
  void tag_takes_options_and_prints_json() {
    Outcome outcome =
        run("tag", "--aggregation=first", "--ignore-labels=", "--json", "Ann in London");

    assertThat(outcome.out())
        .startsWith(
            "{\"text\":\"Ann in London\",\"entities\":[{\"label\":\"PER\",\"score\":0.875,"
                + "\"text\":\"Ann\",\"start\":0,\"end\":3},");
    assertThat(options(TaggingOptions.class).aggregationStrategy())
        .isEqualTo(AggregationStrategy.FIRST);
    assertThat(options(TaggingOptions.class).ignoreLabels()).isEmpty();
  }

  @Test
  void answer_prints_the_part_of_the_text() {
    assertThat(run("answer", "--question=q", "a text").out()).isEqualTo(" 0.5000  2-5  tex\n");
    assertThat(runner.runWith("a long\ntext\n", line("answer", "--question=q")).out())
        .isEqualTo(" 0.5000  2-5  lon\n");
  }

  @Test
  void answer_says_that_there_is_none() {
    Outcome outcome =
        run("answer", "--question=q", "--null-score-diff-threshold=0.5", "--top-k=2", "a text");

    assertThat(outcome.out().lines())
        .containsExactly(" 0.2500  -    (no answer)", " 0.5000  2-5  tex");
    AnswerOptions options = options(AnswerOptions.class);
    assertThat(options.handleImpossibleAnswer()).isTrue();
    assertThat(options.nullScoreDiffThreshold()).isEqualTo(0.5);
    assertThat(options.topK()).isEqualTo(2);
  }

  @Test
  void answer_takes_options_and_prints_json() {
    Outcome outcome =
        run(
            "answer",
            "--question=q",
            "--max-answer-len=3",
            "--no-align-to-words",
            "--json",
            "a text");

    assertThat(outcome.out().strip())
        .isEqualTo(
            "{\"question\":\"q\",\"answerable\":true,\"answers\":[{\"text\":\"tex\",\"score\":0.5,"
                + "\"start\":2,\"end\":5}],\"no_answer_score\":0.25,\"null_score_diff\":-1.5}");
    assertThat(options(AnswerOptions.class).maxAnswerTokens()).isEqualTo(3);
    assertThat(options(AnswerOptions.class).alignToWords()).isFalse();
  }

  @Test
  void fill_prints_candidates() {
    assertThat(run("fill", "a _ b").out().lines())
        .containsExactly("2-3   0.5000  x  a x b", "2-3   0.1250  y  a y b");
  }

  @Test
  void fill_takes_targets_and_prints_json() {
    Outcome outcome = run("fill", "--targets=x,y", "--top-k=2", "--json", "_");

    assertThat(outcome.out())
        .startsWith(
            "{\"text\":\"_\",\"masks\":[{\"start\":0,\"end\":1,\"candidates\":[{\"id\":5,"
                + "\"token\":\"x\",\"probability\":0.5,\"text\":\"x\"}");
    assertThat(options(FillMaskOptions.class).targets()).containsExactly("x", "y");
    assertThat(options(FillMaskOptions.class).topK()).isEqualTo(2);
  }

  @Test
  void fill_fills_masks_together() {
    assertThat(run("fill", "--joint", "_ and _").out()).isEqualTo("-0.5000  z and z\n");
    assertThat(
            run(
                    "fill",
                    "--joint",
                    "--refinement=mask_predict",
                    "--max-iterations=4",
                    "--num-beams=3",
                    "--num-return-sequences=2",
                    "--json",
                    "_")
                .out()
                .strip())
        .isEqualTo(
            "{\"text\":\"_\",\"filled\":[{\"text\":\"z\",\"score\":-0.5,\"fillings\":"
                + "[{\"start\":0,\"end\":1,\"id\":9,\"token\":\"z\",\"logprob\":-0.5}]}]}");
    JointFillOptions options = (JointFillOptions) encoder.options.get(1);
    assertThat(options.strategy()).isEqualTo(RefinementStrategy.MASK_PREDICT);
    assertThat(options.maxIterations()).hasValue(4);
    assertThat(options.numBeams()).isEqualTo(3);
    assertThat(options.numReturnSequences()).isEqualTo(2);
  }

  @Test
  void an_interrupted_call_says_so() {
    encoder.cancels = true;

    Outcome outcome = runner.run(line("embed", "a"));

    assertThat(outcome).isEqualTo(new Outcome(130, "", "loquent: interrupted\n"));
    assertThat(encoder.closed).isEqualTo(1);
  }
}
