package io.loquent.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.loquent.Input;
import io.loquent.encoder.Answer;
import io.loquent.encoder.AnswerOptions;
import io.loquent.encoder.Classification;
import io.loquent.encoder.ClassificationFunction;
import io.loquent.encoder.ClassificationOptions;
import io.loquent.encoder.Entity;
import io.loquent.encoder.LabelScore;
import io.loquent.encoder.TaggingOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Labels, tags and answers are those that Hugging Face transformers gives. */
@ExtendWith(NothingLeaks.class)
final class EncoderClassifyGoldensTest {

  private static final double CLOSE = 1e-4;

  private static OnnxEncoder open(String fixture) {
    return OnnxEncoder.open(Goldens.config(fixture).build());
  }

  private static double number(Object json) {
    return ((Number) json).doubleValue();
  }

  private static int integer(Object json) {
    return ((Number) json).intValue();
  }

  private static Object at(Object json, int... path) {
    Object found = json;
    for (int index : path) {
      found = Goldens.list(found).get(index);
    }
    return found;
  }

  private static List<Input> inputs(Goldens.Case golden) {
    List<String> texts = golden.texts("texts");
    List<Input> inputs = new ArrayList<>();
    for (int i = 0; i < texts.size(); i++) {
      inputs.add(
          golden.json().get("pairs") == null
              ? Input.text(texts.get(i))
              : new Input.TextPair(texts.get(i), golden.texts("pairs").get(i)));
    }
    return inputs;
  }

  @ParameterizedTest
  @CsvSource({"bert-tiny-classify, softmax", "bert-tiny-multilabel, sigmoid"})
  void texts_and_pairs_have_the_reference_s_labels(String fixture, String function) {
    List<Goldens.Case> cases = Goldens.cases(fixture, "goldens.json");
    assertThat(cases).isNotEmpty();
    try (OnnxEncoder encoder = open(fixture)) {
      for (Goldens.Case golden : cases) {
        List<Input> inputs = inputs(golden);
        List<Classification> results = encoder.classify(inputs, ClassificationOptions.defaults());
        List<Classification> logits =
            encoder.classify(
                inputs,
                ClassificationOptions.builder()
                    .functionToApply(ClassificationFunction.NONE)
                    .build());
        for (int i = 0; i < inputs.size(); i++) {
          assertThat(results.get(i).best().label())
              .as(golden.name())
              .isEqualTo(golden.texts("labels").get(i));
          assertScores(results.get(i), at(golden.json().get(function), i));
          assertScores(logits.get(i), at(golden.json().get("logits"), i));
        }
      }
    }
  }

  private static void assertScores(Classification found, Object expected) {
    assertThat(found.labels()).hasSameSizeAs(Goldens.list(expected));
    for (LabelScore label : found.labels()) {
      assertThat(label.score()).isEqualTo(number(at(expected, label.index())), within(CLOSE));
    }
  }

  @Test
  void tokens_have_the_reference_s_labels_and_offsets() {
    List<Goldens.Case> cases = Goldens.cases("bert-tiny-ner", "goldens.json");
    assertThat(cases).isNotEmpty();
    try (OnnxEncoder encoder = open("bert-tiny-ner")) {
      for (Goldens.Case golden : cases) {
        List<String> texts = golden.texts("texts");
        List<List<Entity>> results =
            encoder.tag(texts, TaggingOptions.builder().ignoreLabels().build());
        List<int[]> ids = golden.inputs();
        for (int i = 0; i < texts.size(); i++) {
          assertThat(results.get(i)).hasSize(ids.get(i).length - 2);
          for (Entity entity : results.get(i)) {
            assertToken(golden.json(), i, texts.get(i), entity);
          }
        }
      }
    }
  }

  private static void assertToken(Map<String, Object> golden, int i, String text, Entity entity) {
    int token = entity.firstToken();
    assertThat(entity.lastToken()).isEqualTo(token);
    assertThat(entity.label()).isEqualTo(at(golden.get("labels"), i, token));
    assertThat(entity.start()).isEqualTo(integer(at(golden.get("offsets"), i, token, 0)));
    assertThat(entity.end()).isEqualTo(integer(at(golden.get("offsets"), i, token, 1)));
    assertThat(entity.text()).isEqualTo(text.substring(entity.start(), entity.end()));
    double sum = 0;
    double highest = Double.NEGATIVE_INFINITY;
    for (Object logit : Goldens.list(at(golden.get("logits"), i, token))) {
      sum += Math.exp(number(logit));
      highest = Math.max(highest, number(logit));
    }
    assertThat(entity.score()).isEqualTo(Math.exp(highest) / sum, within(CLOSE));
  }

  @Test
  void answers_are_the_reference_s_best_spans() {
    List<Goldens.Case> cases = Goldens.cases("bert-tiny-qa", "goldens.json");
    assertThat(cases).isNotEmpty();
    try (OnnxEncoder encoder = open("bert-tiny-qa")) {
      for (Goldens.Case golden : cases) {
        List<?> best = Goldens.list(golden.json().get("best_spans"));
        List<Answer> answers =
            encoder
                .answer(
                    String.valueOf(golden.json().get("question")),
                    String.valueOf(golden.json().get("context")),
                    AnswerOptions.builder().topK(best.size()).alignToWords(false).build())
                .answers();
        assertThat(answers).as(golden.name()).hasSameSizeAs(best);
        for (int i = 0; i < best.size(); i++) {
          assertAnswer(answers.get(i), Goldens.object(best.get(i)));
        }
      }
    }
  }

  private static void assertAnswer(Answer answer, Map<String, Object> expected) {
    assertThat(answer.text()).isEqualTo(expected.get("text"));
    assertThat(answer.start()).isEqualTo(integer(expected.get("start_char")));
    assertThat(answer.end()).isEqualTo(integer(expected.get("end_char")));
    assertThat(answer.startToken()).isEqualTo(integer(expected.get("start_token")));
    assertThat(answer.endToken()).isEqualTo(integer(expected.get("end_token")));
    assertThat(answer.score()).isEqualTo(number(expected.get("score")), within(CLOSE));
  }
}
