package io.loquent.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.loquent.Cancellation;
import io.loquent.Decoding;
import io.loquent.FinishReason;
import io.loquent.GenerationOptions;
import io.loquent.GenerationRequest;
import io.loquent.InferenceException;
import io.loquent.InvalidRequestException;
import io.loquent.Option;
import io.loquent.Token;
import io.loquent.TokenStream;
import io.loquent.runtime.model.NativeValues;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Thousands of requests of all kinds leave nothing behind. */
final class SoakTest {

  private static final Path STATUS = Paths.get("/proc/self/status");

  /** What the rest of a JVM does to its resident size meanwhile: compiled code, heap layout. */
  private static final long NOISE_KILOBYTES = 16 << 10;

  private static final int NEW_TOKENS = 3;
  private static final int PARTS = 5;

  private static GenerationRequest.Builder request(
      int[] prompt, Consumer<GenerationOptions.Builder> options) {
    return GenerationRequest.tokens(prompt)
        .options(o -> o.maxNewTokens(NEW_TOKENS))
        .options(options);
  }

  /** One request of the kind that its number gives, with a prompt of its own. */
  private static void once(OnnxGenerator generator, int number, boolean contrastive) {
    int[] prompt = new Random(number).ints(1 + number % 7, 3, 110).toArray();
    switch (number % 10) {
      case 0, 1, 2 -> generator.generate(request(prompt, o -> {}).build());
      case 3, 4 ->
          generator.generate(
              request(prompt, o -> o.decoding(Decoding.sampling().topP(0.9)).seed(number)).build());
      case 5 -> generator.generate(request(prompt, o -> o.decoding(Decoding.beam(3))).build());
      case 6 -> streamClosedEarly(generator, prompt);
      case 7 -> cancelled(generator, prompt, number % 20 < 10);
      case 8 -> failing(generator, prompt, number % 20 < 10);
      default -> {
        if (contrastive && number % 50 == 9) {
          generator.generate(
              request(prompt, o -> o.decoding(Decoding.contrastive(0.6, 3))).build());
        } else {
          generator.generateAll(
              List.of(
                  request(prompt, o -> {}).build(),
                  request(new int[] {5, 6}, o -> o.decoding(Decoding.beam(2))).build()));
        }
      }
    }
  }

  private static void streamClosedEarly(OnnxGenerator generator, int[] prompt) {
    try (TokenStream stream = generator.stream(request(prompt, o -> {}).build())) {
      for (Token token : stream) {
        assertThat(token.index()).isZero();
        break;
      }
    }
  }

  private static void cancelled(OnnxGenerator generator, int[] prompt, boolean beforehand) {
    Cancellation cancellation = Cancellation.create();
    if (beforehand) {
      cancellation.cancel();
    }
    GenerationRequest request =
        request(prompt, o -> o.set(Option.EOS_TOKEN_ID, List.of()))
            .cancellation(cancellation)
            .stoppingCriterion(
                tokens -> {
                  cancellation.cancel();
                  return false;
                })
            .build();
    assertThat(generator.generate(request).best().finishReason()).isEqualTo(FinishReason.CANCELLED);
  }

  private static void failing(OnnxGenerator generator, int[] prompt, boolean beforeTheRun) {
    if (beforeTheRun) {
      assertThatThrownBy(() -> generator.generate(request(new int[] {1_000_000}, o -> {}).build()))
          .isInstanceOf(InvalidRequestException.class);
      return;
    }
    GenerationRequest request =
        request(prompt, o -> {}).logitsProcessor((tokens, scores) -> scores[3] = Float.NaN).build();
    assertThatThrownBy(() -> generator.generate(request)).isInstanceOf(InferenceException.class);
  }

  /** The process's pages in memory; 0 where the system does not say. */
  private static long residentKilobytes() {
    if (!Files.isReadable(STATUS)) {
      return 0;
    }
    System.gc();
    try {
      for (String line :
          new String(Files.readAllBytes(STATUS), StandardCharsets.UTF_8).split("\n", -1)) {
        if (line.startsWith("VmRSS:")) {
          return Long.parseLong(line.replaceAll("\\D", ""));
        }
      }
      return 0;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * A buffer that each request forgets would show in the first, longest run: it has at least 4 KB,
   * so that 6000 of them are 24 MB.
   */
  @ParameterizedTest
  @CsvSource({
    "gpt2-tiny, 10000, true",
    "t5-tiny, 600, true",
    "llama-tiny-gqa, 600, false",
    "lstm-seq2seq-tiny, 600, false"
  })
  void leaves_the_resident_size_flat_and_nothing_open(
      String fixture, int requests, boolean contrastive) {
    try (OnnxGenerator generator = OnnxGenerator.open(Goldens.config(fixture).build())) {
      long[] resident = new long[PARTS];
      for (int part = 0; part < PARTS; part++) {
        for (int number = requests * part / PARTS; number < requests * (part + 1) / PARTS; ) {
          once(generator, number++, contrastive);
        }
        resident[part] = residentKilobytes();
      }
      // Of several, because a collector gives memory back to the system when it likes.
      long early = Math.max(resident[0], resident[1]);
      long late = Math.min(resident[PARTS - 2], resident[PARTS - 1]);
      assertThat(late - early)
          .as("kilobytes more than in the beginning, of %s", Arrays.toString(resident))
          .isLessThan(NOISE_KILOBYTES);
      assertThat(generator.lentBuffers()).as("buffers lent").isZero();
      assertThat(NativeValues.open()).as("native tensors open").isZero();
    }
  }
}
