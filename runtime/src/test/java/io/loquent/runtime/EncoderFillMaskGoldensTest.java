package io.loquent.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.loquent.encoder.Encoder;
import io.loquent.encoder.FillMaskOptions;
import io.loquent.encoder.FilledMask;
import io.loquent.encoder.MaskCandidate;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What transformers' fill-mask pipeline says about texts. */
@ExtendWith(NothingLeaks.class)
class EncoderFillMaskGoldensTest {

  private static final String FIXTURE = "bert-tiny-mlm";

  static Stream<Goldens.Case> cases() {
    return Goldens.cases(FIXTURE, "goldens.json").stream();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void each_mask_gets_the_recorded_tokens_and_probabilities(Goldens.Case golden) {
    List<String> texts = golden.texts("texts");
    try (Encoder encoder = OnnxEncoder.open(Goldens.config(FIXTURE).build())) {
      List<List<FilledMask>> found = encoder.fillMask(texts, FillMaskOptions.defaults());
      List<?> expected = Goldens.list(golden.json().get("fills"));
      assertThat(found).hasSameSizeAs(expected);
      for (int text = 0; text < found.size(); text++) {
        List<?> masks = Goldens.list(expected.get(text));
        assertThat(found.get(text)).hasSameSizeAs(masks);
        for (int mask = 0; mask < masks.size(); mask++) {
          assertSame(found.get(text).get(mask).candidates(), Goldens.object(masks.get(mask)));
        }
      }
    }
  }

  private static void assertSame(List<MaskCandidate> found, Map<String, Object> expected) {
    List<?> ids = Goldens.list(expected.get("ids"));
    List<?> tokens = Goldens.list(expected.get("tokens"));
    List<?> probabilities = Goldens.list(expected.get("probabilities"));
    assertThat(found).hasSameSizeAs(ids);
    for (int rank = 0; rank < found.size(); rank++) {
      assertThat(found.get(rank).id()).isEqualTo(((Number) ids.get(rank)).intValue());
      assertThat(found.get(rank).token()).isEqualTo(tokens.get(rank));
      assertThat(found.get(rank).probability())
          .isCloseTo(((Number) probabilities.get(rank)).doubleValue(), within(1e-4));
    }
  }
}
