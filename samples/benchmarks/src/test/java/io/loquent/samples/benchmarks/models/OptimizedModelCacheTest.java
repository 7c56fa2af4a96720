package io.loquent.samples.benchmarks.models;

import static org.assertj.core.api.Assertions.assertThat;

import io.loquent.GenerationRequest;
import io.loquent.GenerationResult;
import io.loquent.Generator;
import io.loquent.ModelConfig;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Loquent's cache gives the same numbers for every way to store weights. */
final class OptimizedModelCacheTest {

  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({
    "FUSED,FP32", "FUSED,INT8", "FUSED,INT8_DYNAMIC", "FUSED,INT4",
    "PLAIN,FP32", "PLAIN,INT8", "PLAIN,INT8_DYNAMIC", "PLAIN,INT4"
  })
  void a_kept_graph_gives_the_log_probabilities_of_its_file(Form form, Precision precision)
      throws Exception {
    BenchmarkModel model =
        new ModelLibrary(folder, LlamaShape.TINY, MarianShape.TINY).onnx(form, precision);
    ModelConfig config = ModelConfig.builder(model.folder()).intraOpThreads(1).build();
    ModelConfig cached = config.toBuilder().optimizedModelCache(folder.resolve("cache")).build();
    GenerationResult expected = generate(config);
    assertThat(generate(cached).best().tokens()).isEqualTo(expected.best().tokens());
    assertThat(generate(cached).best().tokens()).isEqualTo(expected.best().tokens());
  }

  private static GenerationResult generate(ModelConfig config) {
    try (Generator generator = Generator.open(config)) {
      return generator.generate(
          GenerationRequest.tokens(5, 17, 200, 31, 9)
              .options(o -> o.maxNewTokens(12).topLogprobs(3))
              .build());
    }
  }
}
