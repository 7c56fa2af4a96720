package io.loquent.samples.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.loquent.ModelConfig;
import io.loquent.encoder.Encoder;
import io.loquent.encoder.LabelScore;
import io.loquent.encoder.MaskCandidate;
import io.loquent.internal.json.Json;
import io.loquent.samples.cli.CommandRunner.Outcome;
import io.loquent.spi.EncoderProvider;
import io.loquent.spi.GeneratorProvider;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The bundled models that read text, beside what a reference in Python gave. */
final class BundledEncodersTest {

  private static final Path MODELS = BundledModels.find();

  /** Weights are int8, and activations too, which processors round differently. */
  private static final double TOLERANCE = 0.05;

  private final CommandRunner runner =
      new CommandRunner(GeneratorProvider::load, EncoderProvider::load);

  private static Encoder open(String model) {
    return Encoder.open(ModelConfig.builder(MODELS.resolve(model)).intraOpThreads(1).build());
  }

  private static List<?> texts(String model) throws IOException {
    String json = Files.readString(MODELS.resolve(model).resolve("expected.json"));
    return (List<?>) Json.parseObject(json).get("texts");
  }

  private static Map<?, ?> best(Map<?, ?> text) {
    return (Map<?, ?>) ((List<?>) text.get("top")).get(0);
  }

  private static double probability(Map<?, ?> answer) {
    return ((Number) answer.get("probability")).doubleValue();
  }

  @Test
  void masks_are_filled_as_expected() throws IOException {
    try (Encoder encoder = open("mlm-bible")) {
      int same = 0;
      List<?> texts = texts("mlm-bible");
      for (Object entry : texts) {
        Map<?, ?> text = (Map<?, ?>) entry;
        MaskCandidate filled = encoder.fillMask((String) text.get("text")).get(0).best();
        if (((Number) best(text).get("id")).intValue() == filled.id()) {
          assertThat(filled.probability()).isCloseTo(probability(best(text)), within(TOLERANCE));
          same++;
        }
      }
      assertThat(same).isGreaterThanOrEqualTo(texts.size() - 2);
    }
  }

  @Test
  void languages_are_told_as_expected() throws IOException {
    try (Encoder encoder = open("language-identification")) {
      for (Object entry : texts("language-identification")) {
        Map<?, ?> text = (Map<?, ?>) entry;
        LabelScore told = encoder.classify((String) text.get("text")).best();
        assertThat(told.label()).isEqualTo(best(text).get("label"));
        assertThat(told.score()).isCloseTo(probability(best(text)), within(TOLERANCE));
      }
    }
  }

  @Test
  void the_commands_of_the_readme_say_something_true() {
    Outcome filled =
        runner.run(
            "fill",
            "--model",
            MODELS.resolve("mlm-bible").toString(),
            "In the beginning God created the heaven and the [MASK].");
    assertThat(filled.exitCode()).as(filled.err()).isZero();
    assertThat(filled.out()).contains("earth");
    Outcome told =
        runner.run(
            "classify",
            "--model",
            MODELS.resolve("language-identification").toString(),
            "Guten Morgen, wie geht es dir?");
    assertThat(told.exitCode()).as(told.err()).isZero();
    assertThat(told.out()).contains("de");
  }
}
