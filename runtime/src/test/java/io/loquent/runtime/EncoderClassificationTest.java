package io.loquent.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.loquent.Cancellation;
import io.loquent.ContextLengthException;
import io.loquent.Input;
import io.loquent.InvalidRequestException;
import io.loquent.ModelConfig;
import io.loquent.ModelLoadException;
import io.loquent.encoder.Classification;
import io.loquent.encoder.ClassificationFunction;
import io.loquent.encoder.ClassificationOptions;
import io.loquent.encoder.LabelScore;
import io.loquent.encoder.Truncation;
import io.loquent.encoder.ZeroShotOptions;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Texts are classified in batches and windows, with the model's labels or with others. */
@ExtendWith(NothingLeaks.class)
final class EncoderClassificationTest {

  private static final double SAME = 1e-5;
  private static final List<Input> TEXTS =
      List.of(
          Input.text("a small dog ran home"),
          Input.text(""),
          new Input.TextPair("it's 7:45 already", "the moon"),
          Input.text("He waited near the station before sunrise, after the storm."),
          Input.text("they"),
          Input.text("They sang in Paris. \uD83D\uDE00"),
          Input.text("Every farmer was walking to the market"));

  private OnnxEncoder encoder;

  @BeforeEach
  void open() {
    encoder = OnnxEncoder.open(Goldens.config("bert-tiny-classify").build());
  }

  @AfterEach
  void close() {
    encoder.close();
    assertThat(encoder.lentBuffers()).isZero();
  }

  private static ClassificationOptions.Builder logits() {
    return ClassificationOptions.builder().functionToApply(ClassificationFunction.NONE);
  }

  /** Scores in the order of the labels' indices. */
  private static double[] scores(Classification classification) {
    double[] scores = new double[classification.labels().size()];
    for (LabelScore label : classification.labels()) {
      scores[label.index()] = label.score();
    }
    return scores;
  }

  private double[] logits(Input input) {
    return scores(encoder.classify(List.of(input), logits().build()).get(0));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 7})
  void a_text_in_a_batch_has_the_result_that_it_has_alone(int batchSize) {
    List<Classification> together =
        encoder.classify(TEXTS, ClassificationOptions.builder().batchSize(batchSize).build());
    assertThat(together).hasSameSizeAs(TEXTS);
    for (int i = 0; i < TEXTS.size(); i++) {
      Classification alone =
          encoder.classify(List.of(TEXTS.get(i)), ClassificationOptions.defaults()).get(0);
      assertThat(scores(together.get(i))).containsExactly(scores(alone), within(SAME));
      assertThat(together.get(i).best().label()).isEqualTo(alone.best().label());
    }
  }

  @Test
  void concurrent_calls_do_not_influence_each_other() {
    List<CompletableFuture<double[]>> running = new ArrayList<>();
    for (Input text : TEXTS) {
      running.add(CompletableFuture.supplyAsync(() -> logits(text)));
    }
    for (int i = 0; i < TEXTS.size(); i++) {
      assertThat(running.get(i).join()).containsExactly(logits(TEXTS.get(i)), within(SAME));
    }
  }

  @Test
  void labels_are_sorted_and_can_be_looked_up() {
    Classification found = encoder.classify("a small dog ran home");
    assertThat(found.labels())
        .extracting(LabelScore::label)
        .containsExactly("POSITIVE", "NEGATIVE", "NEUTRAL");
    assertThat(found.score("NEUTRAL").getAsDouble()).isEqualTo(found.labels().get(2).score());
    assertThat(found.score("neutral")).isEmpty();
    ClassificationOptions two = ClassificationOptions.builder().topK(2).build();
    assertThat(encoder.classify(List.of(Input.text("a small dog ran home")), two).get(0).labels())
        .isEqualTo(found.labels().subList(0, 2));
  }

  @Test
  void no_texts_have_no_results() {
    assertThat(encoder.classify(List.of(), ClassificationOptions.defaults())).isEmpty();
  }

  @Test
  void a_long_text_is_refused_unless_it_may_be_cut() {
    Input text = Input.text("a small dog ran home");
    assertThatThrownBy(
            () -> encoder.classify(List.of(TEXTS.get(4), text), logits().maxLength(6).build()))
        .isInstanceOf(ContextLengthException.class)
        .hasMessageContaining("text 1 has 7 tokens")
        .hasMessageContaining("STRIDE");
    ClassificationOptions cut = logits().maxLength(6).truncation(Truncation.TRUNCATE).build();
    assertThat(scores(encoder.classify(List.of(text), cut).get(0)))
        .containsExactly(logits(Input.text("a small dog ran")), within(SAME));
  }

  @Test
  void windows_of_a_long_text_are_averaged() {
    ClassificationOptions windows = logits().maxLength(6).truncation(Truncation.STRIDE).build();
    Input text = Input.text("a small dog ran home he waited");
    double[] first = logits(Input.text("a small dog ran"));
    double[] second = logits(Input.text("home he waited"));
    double[] mean = {
      (first[0] + second[0]) / 2, (first[1] + second[1]) / 2, (first[2] + second[2]) / 2
    };
    assertThat(scores(encoder.classify(List.of(TEXTS.get(4), text), windows).get(1)))
        .containsExactly(mean, within(SAME));
  }

  @Test
  void other_inputs_are_refused() {
    assertThatThrownBy(
            () ->
                encoder.classify(
                    List.of(TEXTS.get(0), Input.tokens(1, 2)), ClassificationOptions.defaults()))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessage("text 1 is Tokens; classify reads Input.Text and Input.TextPair");
    assertThat(encoder.classify("a small dog ran home").best().label()).isEqualTo("POSITIVE");
  }

  @Test
  void tasks_of_other_heads_are_refused() {
    assertThatThrownBy(() -> encoder.tag("a dog"))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("cannot do TAG");
    assertThatThrownBy(() -> encoder.answer("who", "a dog"))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("cannot do ANSWER");
  }

  @Test
  void a_cancelled_call_ends_and_the_next_one_works() {
    Cancellation cancellation = Cancellation.create();
    cancellation.cancel();
    ClassificationOptions cancelled =
        ClassificationOptions.builder().cancellation(cancellation).build();
    assertThatThrownBy(() -> encoder.classify(TEXTS, cancelled))
        .isInstanceOf(CancellationException.class);
    assertThat(encoder.lentBuffers()).isZero();
    assertThat(encoder.classify(TEXTS, ClassificationOptions.defaults())).hasSize(7);
  }

  @Test
  void a_closed_encoder_refuses_calls() {
    encoder.close();
    assertThatThrownBy(() -> encoder.classify("a dog")).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(
            () ->
                encoder.classifyZeroShot(
                    List.of("a dog"), List.of("animal"), ZeroShotOptions.defaults()))
        .isInstanceOf(IllegalStateException.class);
  }

  /** A copy of the model with something else in its configuration. */
  private static ModelConfig configured(Path folder, String from, String to) {
    Folders.copy("bert-tiny-classify", folder);
    String config = Folders.text(folder.resolve("config.json"));
    assertThat(config).contains(from);
    Folders.write(folder, "config.json", config.replace(from, to));
    return ModelConfig.builder(folder).intraOpThreads(1).build();
  }

  private static final String PROBLEM = "\"problem_type\": \"single_label_classification\"";

  @Test
  void a_model_of_regression_gives_its_logits(@TempDir Path folder) {
    ModelConfig config = configured(folder, PROBLEM, "\"problem_type\": \"regression\"");
    try (OnnxEncoder regression = OnnxEncoder.open(config)) {
      assertThat(scores(regression.classify("a small dog ran home")))
          .containsExactly(logits(Input.text("a small dog ran home")), within(SAME));
    }
  }

  @Test
  void a_model_names_its_function(@TempDir Path folder) {
    ModelConfig config =
        configured(folder, PROBLEM, PROBLEM + ", \"function_to_apply\": \"sigmoid\"");
    double[] logits = logits(Input.text("a small dog ran home"));
    try (OnnxEncoder named = OnnxEncoder.open(config)) {
      assertThat(scores(named.classify("a small dog ran home"))[1])
          .isEqualTo(1 / (1 + Math.exp(-logits[1])), within(SAME));
    }
  }

  @Test
  void an_unknown_function_is_refused(@TempDir Path folder) {
    ModelConfig config =
        configured(folder, PROBLEM, PROBLEM + ", \"function_to_apply\": \"sotfmax\"");
    assertThatThrownBy(() -> OnnxEncoder.open(config))
        .isInstanceOf(ModelLoadException.class)
        .hasMessageContaining("config.json must be softmax, sigmoid or none; found \"sotfmax\"");
  }

  private static ModelConfig inference(Path folder) {
    return configured(
        folder,
        "\"0\": \"NEGATIVE\",\n    \"1\": \"NEUTRAL\",\n    \"2\": \"POSITIVE\"",
        "\"0\": \"contradiction\", \"1\": \"neutral\", \"2\": \"Entailment\"");
  }

  @Test
  void candidate_labels_are_scored_by_entailment(@TempDir Path folder) {
    List<String> texts = List.of("a small dog ran home", "They sang in Paris.");
    List<String> candidates = List.of("travel", "the moon", "dog");
    ZeroShotOptions options =
        ZeroShotOptions.builder().hypothesisTemplate("it is {}").batchSize(2).build();
    try (OnnxEncoder model = OnnxEncoder.open(inference(folder))) {
      List<Classification> results = model.classifyZeroShot(texts, candidates, options);
      assertThat(results).hasSize(2);
      for (int text = 0; text < texts.size(); text++) {
        double[] weights = new double[3];
        for (int label = 0; label < 3; label++) {
          String hypothesis = "it is " + candidates.get(label);
          weights[label] = Math.exp(logits(new Input.TextPair(texts.get(text), hypothesis))[2]);
        }
        double sum = weights[0] + weights[1] + weights[2];
        double[] expected = {weights[0] / sum, weights[1] / sum, weights[2] / sum};
        assertThat(scores(results.get(text))).containsExactly(expected, within(SAME));
        LabelScore best = results.get(text).best();
        assertThat(best.label()).isEqualTo(candidates.get(best.index()));
        assertThat(best.score()).isGreaterThanOrEqualTo(results.get(text).labels().get(1).score());
      }
    }
  }

  @Test
  void several_candidate_labels_may_fit(@TempDir Path folder) {
    ZeroShotOptions options = ZeroShotOptions.builder().multiLabel(true).build();
    try (OnnxEncoder model = OnnxEncoder.open(inference(folder))) {
      Classification found =
          model.classifyZeroShot(List.of("the dog ran"), List.of("home", "moon"), options).get(0);
      double[] logits = logits(new Input.TextPair("the dog ran", "This example is moon."));
      assertThat(found.score("moon").getAsDouble())
          .isEqualTo(1 / (1 + Math.exp(logits[0] - logits[2])), within(SAME));
    }
  }

  @Test
  void a_long_premise_is_cut_and_a_hypothesis_never(@TempDir Path folder) {
    ZeroShotOptions.Builder options =
        ZeroShotOptions.builder().hypothesisTemplate("they sang in {}").multiLabel(true);
    try (OnnxEncoder model = OnnxEncoder.open(inference(folder))) {
      List<String> labels = List.of("paris");
      // Three special tokens, and four of the hypothesis.
      ZeroShotOptions cut = options.maxLength(9).truncation(Truncation.TRUNCATE).build();
      ZeroShotOptions whole = options.maxLength(64).truncation(Truncation.ERROR).build();
      assertThat(scores(model.classifyZeroShot(List.of("a dog ran home"), labels, cut).get(0)))
          .containsExactly(
              scores(model.classifyZeroShot(List.of("a dog"), labels, whole).get(0)), within(SAME));
      ZeroShotOptions noRoom = options.maxLength(7).truncation(Truncation.TRUNCATE).build();
      assertThatThrownBy(() -> model.classifyZeroShot(List.of("", "a dog"), labels, noRoom))
          .isInstanceOf(ContextLengthException.class)
          .hasMessageContaining("text 1 leaves no room")
          .hasMessageContaining("raise max_length");
    }
  }

  @Test
  void an_entailment_label_can_be_named() {
    List<String> texts = List.of("the dog ran");
    List<String> labels = List.of("home", "moon");
    assertThatThrownBy(() -> encoder.classifyZeroShot(texts, labels, ZeroShotOptions.defaults()))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("none of its labels begins with \"entail\"")
        .hasMessageContaining("[NEGATIVE, NEUTRAL, POSITIVE]");
    ZeroShotOptions unknown = ZeroShotOptions.builder().entailmentLabel("LABEL_2").build();
    assertThatThrownBy(() -> encoder.classifyZeroShot(texts, labels, unknown))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("entailmentLabel is \"LABEL_2\"");
    ZeroShotOptions named =
        ZeroShotOptions.builder().entailmentLabel("NEGATIVE").multiLabel(true).build();
    double[] logits = logits(new Input.TextPair("the dog ran", "This example is home."));
    assertThat(encoder.classifyZeroShot(texts, labels, named).get(0).score("home").getAsDouble())
        .as("entailment is the first label, so contradiction is the last")
        .isEqualTo(1 / (1 + Math.exp(logits[2] - logits[0])), within(SAME));
  }

  @Test
  void absurd_candidates_and_templates_are_refused(@TempDir Path folder) {
    assertThatThrownBy(() -> ZeroShotOptions.builder().hypothesisTemplate("about sport"))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("hypothesis_template")
        .hasMessageContaining("about sport");
    try (OnnxEncoder model = OnnxEncoder.open(inference(folder))) {
      for (List<String> labels : List.of(List.<String>of(), List.of("a", "a"), List.of("a", " "))) {
        assertThatThrownBy(
                () -> model.classifyZeroShot(List.of("text"), labels, ZeroShotOptions.defaults()))
            .isInstanceOf(InvalidRequestException.class)
            .hasMessageContaining("candidate_labels");
      }
    }
  }
}
