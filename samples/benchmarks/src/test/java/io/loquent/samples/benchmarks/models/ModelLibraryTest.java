package io.loquent.samples.benchmarks.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.loquent.Decoding;
import io.loquent.GenerationRequest;
import io.loquent.Generator;
import io.loquent.Option;
import io.loquent.Token;
import io.loquent.encoder.Embedding;
import io.loquent.encoder.Encoder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class ModelLibraryTest {

  private static final int NEW_TOKENS = 24;

  @TempDir static Path root;
  private static ModelLibrary library;

  @BeforeAll
  static void openLibrary() {
    library = new ModelLibrary(root, LlamaShape.TINY, MarianShape.TINY);
  }

  @Test
  void plain_and_fused_graphs_give_the_same_greedy_tokens() throws IOException {
    List<Integer> plain = generate(Form.PLAIN, Precision.FP32, Decoding.greedy());

    assertThat(generate(Form.FUSED, Precision.FP32, Decoding.greedy())).isEqualTo(plain);
    assertThat(plain).hasSize(NEW_TOKENS);
    assertThat(Set.copyOf(plain)).hasSizeGreaterThan(NEW_TOKENS / 8);
  }

  @ParameterizedTest
  @EnumSource(names = "FP32", mode = EnumSource.Mode.EXCLUDE)
  void quantized_graphs_begin_like_the_exact_one(Precision precision) throws IOException {
    List<Integer> exact = generate(Form.PLAIN, Precision.FP32, Decoding.greedy());

    for (Form form : List.of(Form.PLAIN, Form.FUSED)) {
      assertThat(generate(form, precision, Decoding.greedy()))
          .hasSize(NEW_TOKENS)
          .startsWith(exact.get(0));
    }
  }

  @ParameterizedTest
  @EnumSource
  void marian_translates_with_beams(Precision precision) throws IOException {
    assertThat(generate(Form.MARIAN, precision, Decoding.beam(4))).hasSize(NEW_TOKENS);
  }

  @ParameterizedTest
  @EnumSource
  void encoders_embed_like_the_exact_one(Precision precision) throws IOException {
    Embedding exact = embed(Precision.FP32, "bababa dodo");

    assertThat(embed(precision, "bababa dodo").cosineSimilarity(exact)).isGreaterThan(0.9);
    assertThat(embed(precision, "zu zuzu").cosineSimilarity(exact)).isLessThan(0.9);
    assertThat(exact.norm()).isCloseTo(1, within(1e-5));
  }

  private static Embedding embed(Precision precision, String text) throws IOException {
    try (Encoder encoder = Encoder.open(library.encoder(BertShape.TINY, precision))) {
      return encoder.embed(text);
    }
  }

  @Test
  void a_folder_is_built_once() throws IOException {
    Path graph = library.onnx(Form.PLAIN, Precision.FP32).folder().resolve("model.onnx");
    Object before = Files.getLastModifiedTime(graph);

    library.onnx(Form.PLAIN, Precision.FP32);

    assertThat(Files.getLastModifiedTime(graph)).isEqualTo(before);
  }

  private static List<Integer> generate(Form form, Precision precision, Decoding decoding)
      throws IOException {
    BenchmarkModel model = library.onnx(form, precision);
    try (Generator generator = Generator.open(model.folder())) {
      GenerationRequest request =
          GenerationRequest.tokens(5, 70, 131, 9, 250, 33)
              .options(
                  options ->
                      options.decoding(decoding).off(Option.EOS_TOKEN_ID).maxNewTokens(NEW_TOKENS))
              .build();
      return generator.generate(request).best().tokens().stream().map(Token::id).toList();
    }
  }
}
