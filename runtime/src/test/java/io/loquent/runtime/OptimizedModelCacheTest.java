package io.loquent.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.loquent.Decoding;
import io.loquent.ExecutionProvider;
import io.loquent.GenerationOptions;
import io.loquent.GenerationRequest;
import io.loquent.GenerationResult;
import io.loquent.Generator;
import io.loquent.ModelConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Graphs that are kept optimized between starts. */
final class OptimizedModelCacheTest extends OneBrokenFolder {

  private static final GenerationRequest REQUEST =
      GenerationRequest.tokens(11, 7, 300, 45).options(o -> o.maxNewTokens(12)).build();

  private Path cache;

  @BeforeEach
  void chooseCache() {
    cache = temporary.resolve("cache");
  }

  private ModelConfig cached() {
    return config().optimizedModelCache(cache).build();
  }

  /** The copies that the cache holds. */
  private List<Path> entries() throws IOException {
    try (Stream<Path> entries = Files.list(cache)) {
      return entries.sorted().collect(Collectors.toList());
    }
  }

  private Path onlyEntry() throws IOException {
    assertThat(entries()).hasSize(1);
    return entries().get(0);
  }

  private static List<String> findings(ModelConfig config) {
    return Generator.inspect(config).findings().stream()
        .filter(finding -> finding.startsWith("optimized model cache: "))
        .map(finding -> finding.substring("optimized model cache: ".length()))
        .collect(Collectors.toList());
  }

  private static GenerationResult generate(ModelConfig config, GenerationRequest request) {
    try (Generator generator = Generator.open(config)) {
      return generator.generate(request);
    }
  }

  private static void assertSame(GenerationResult one, GenerationResult other) {
    assertThat(one.candidates()).hasSameSizeAs(other.candidates());
    for (int i = 0; i < one.candidates().size(); i++) {
      assertThat(one.candidates().get(i).tokens()).isEqualTo(other.candidates().get(i).tokens());
    }
  }

  @ParameterizedTest
  @CsvSource({
    "gpt2-tiny,auto",
    "gpt2-tiny-external,auto",
    "gpt2-tiny-hub,q8",
    "gpt2-tiny-hub,fp16",
    "gru-bahdanau-tiny,auto",
    "gpt2-tiny-legacy,auto",
    "gpt2-tiny-merged,auto",
    "llama-tiny,auto",
    "llama-tiny-gqa,auto",
    "marian-tiny,auto",
    "t5-tiny-merged,auto",
    "lstm-seq2seq-tiny,auto"
  })
  void a_kept_graph_gives_the_tokens_of_its_file(String fixture, String precision) {
    Folders.copy(fixture, folder);
    GenerationRequest request =
        GenerationRequest.tokens(11, 7, 30, 45)
            .options(o -> o.numBeams(2).maxNewTokens(12).topLogprobs(1))
            .build();
    GenerationResult expected = generate(config().precision(precision).build(), request);
    ModelConfig config = config().precision(precision).optimizedModelCache(cache).build();
    assertSame(generate(config, request), expected);
    assertSame(generate(config, request), expected);
    assertThat(findings(config))
        .isNotEmpty()
        .allMatch(
            finding ->
                finding.contains(" read from " + cache)
                    || finding.contains("merged.onnx not kept"));
  }

  @Test
  void a_merged_decoder_is_kept_if_its_nested_graphs_are_gone_by_then() {
    Folders.copy("gpt2-tiny-merged", folder);
    findings(cached());
    assertThat(findings(cached()))
        .singleElement()
        .asString()
        .contains("decoder_model_merged.onnx read from");
    assertThat(findings(cached().toBuilder().graphAdditions(false).build()))
        .singleElement()
        .asString()
        .contains("decoder_model_merged.onnx not kept, because");
  }

  @Test
  void a_graph_with_nested_graphs_is_not_kept_and_says_why() throws IOException {
    Folders.copy("t5-tiny-merged", folder);
    findings(cached());
    assertThat(findings(cached()))
        .anyMatch(finding -> finding.contains("encoder_model.onnx read from"))
        .anyMatch(finding -> finding.contains("decoder_model_merged.onnx not kept, because"));
    assertThat(onlyEntry().getFileName().toString()).startsWith("encoder_model-");
  }

  @Test
  void graphs_that_a_request_needs_besides_are_kept_too() throws IOException {
    Folders.copy("gpt2-tiny", folder);
    GenerationRequest contrastive =
        GenerationRequest.tokens(11, 7, 300, 45)
            .options(
                GenerationOptions.builder()
                    .decoding(Decoding.contrastive(0.6, 4))
                    .maxNewTokens(8)
                    .build())
            .build();
    GenerationResult expected = generate(config().build(), contrastive);
    assertSame(generate(cached(), contrastive), expected);
    assertThat(entries()).hasSize(2);
    assertSame(generate(cached(), contrastive), expected);
    assertThat(entries()).hasSize(2);
  }

  @Test
  void the_first_start_keeps_a_copy_and_the_next_one_reads_it() throws IOException {
    Folders.copy("gpt2-tiny-external", folder);
    assertThat(findings(cached())).singleElement().asString().contains("model.onnx kept in");
    Path entry = onlyEntry();
    assertThat(entry.resolve("weights.bin")).exists();
    FileTime made = Files.getLastModifiedTime(entry.resolve("model.onnx"));
    assertThat(findings(cached())).containsExactly("model.onnx read from " + entry);
    assertThat(Files.getLastModifiedTime(entry.resolve("model.onnx"))).isEqualTo(made);
  }

  @ParameterizedTest
  @ValueSource(strings = {"model.onnx", "model.onnx_data"})
  void a_copy_of_an_older_file_is_replaced(String changed) throws IOException {
    Folders.copy("gpt2-tiny-external", folder);
    findings(cached());
    Path old = onlyEntry();
    Files.setLastModifiedTime(
        folder.resolve(changed), FileTime.from(Instant.parse("2020-01-01T00:00:00Z")));
    assertThat(findings(cached())).singleElement().asString().contains("kept in");
    assertThat(onlyEntry()).isNotEqualTo(old);
  }

  @Test
  void other_settings_and_other_models_have_copies_of_their_own() throws IOException {
    Folders.copy("gpt2-tiny", folder);
    findings(cached());
    findings(cached().toBuilder().graphAdditions(false).build());
    findings(cached().toBuilder().sessionEntry("session.disable_prepacking", "1").build());
    Path other = Folders.copy("gpt2-tiny", temporary.resolve("other"));
    findings(ModelConfig.builder(other).optimizedModelCache(cache).build());
    assertThat(entries()).hasSize(4);
    assertThat(findings(cached())).singleElement().asString().contains("read from");
  }

  @Test
  void threads_do_not_ask_for_another_copy() throws IOException {
    Folders.copy("gpt2-tiny", folder);
    findings(cached());
    ModelConfig other = cached().toBuilder().intraOpThreads(2).spinning(true).build();
    assertThat(findings(other)).singleElement().asString().contains("read from");
  }

  @ParameterizedTest
  @CsvSource({
    "model.onnx,0",
    "model.onnx,100",
    "weights.bin,0",
    "weights.bin,5000",
    "manifest.properties,0",
    "manifest.properties,60"
  })
  void a_copy_that_was_cut_off_is_replaced(String name, int length) throws IOException {
    Folders.copy("gpt2-tiny", folder);
    GenerationResult expected = generate(config().build(), REQUEST);
    findings(cached());
    Folders.truncate(onlyEntry().resolve(name), length);
    assertThat(findings(cached())).singleElement().asString().contains("kept in");
    assertThat(findings(cached())).singleElement().asString().contains("read from");
    assertSame(generate(cached(), REQUEST), expected);
    assertThat(entries()).hasSize(1);
  }

  @Test
  void a_copy_without_its_weights_is_replaced() throws IOException {
    Folders.copy("gpt2-tiny", folder);
    findings(cached());
    Files.delete(onlyEntry().resolve("weights.bin"));
    assertThat(findings(cached())).singleElement().asString().contains("kept in");
    assertThat(onlyEntry().resolve("weights.bin")).exists();
  }

  @Test
  void what_is_no_folder_where_a_copy_belongs_is_replaced() throws IOException {
    Folders.copy("gpt2-tiny", folder);
    findings(cached());
    Path entry = onlyEntry();
    for (String file : List.of("model.onnx", "weights.bin", "manifest.properties")) {
      Files.delete(entry.resolve(file));
    }
    Files.delete(entry);
    Folders.write(cache, entry.getFileName().toString(), "not a folder");
    assertThat(findings(cached())).singleElement().asString().contains("kept in");
    assertThat(findings(cached())).singleElement().asString().contains("read from");
  }

  @Test
  void what_a_killed_process_left_is_removed_a_day_later() throws IOException {
    Folders.copy("gpt2-tiny", folder);
    Path left = Files.createDirectories(cache.resolve(".unfinished-1"));
    Path busy = Files.createDirectories(cache.resolve(".unfinished-2"));
    Folders.write(left, "weights.bin", "half");
    Files.setLastModifiedTime(left, FileTime.from(Instant.now().minus(Duration.ofDays(2))));
    findings(cached());
    assertThat(left).doesNotExist();
    assertThat(busy).exists();
  }

  @Test
  void starts_at_the_same_time_do_not_disturb_each_other() throws Exception {
    Folders.copy("gpt2-tiny", folder);
    GenerationResult expected = generate(config().build(), REQUEST);
    ExecutorService threads = Executors.newFixedThreadPool(6);
    try {
      List<Callable<GenerationResult>> starts = new ArrayList<>();
      for (int i = 0; i < 12; i++) {
        starts.add(() -> generate(cached(), REQUEST));
      }
      for (Future<GenerationResult> start : threads.invokeAll(starts)) {
        assertSame(start.get(), expected);
      }
    } finally {
      threads.shutdown();
    }
    assertThat(onlyEntry().resolve("manifest.properties")).exists();
  }

  @Test
  void a_place_that_cannot_be_written_is_named() {
    Folders.copy("gpt2-tiny", folder);
    Path file = Folders.write(temporary, "taken", "");
    Refusals.refused(
        config().optimizedModelCache(file.resolve("cache")).build(),
        file.resolve("cache").toString(),
        "the optimized model cache cannot be written",
        "leave optimized_model_cache out");
  }

  @Test
  void a_broken_model_is_reported_as_without_a_cache() throws IOException {
    Folders.copy("gpt2-tiny", folder);
    Folders.rename(folder.resolve("model.onnx"), "LayerNormalization", "LayerNormalisation");
    Refusals.refused(
        cached(), folder.resolve("model.onnx").toString(), "ONNX Runtime cannot load this graph");
    assertThat(entries()).isEmpty();
  }

  @Test
  void other_providers_are_refused() {
    Folders.copy("gpt2-tiny", folder);
    ExecutionProvider cpu = ExecutionProvider.of(ExecutionProvider.Kind.CPU);
    ExecutionProvider cuda = ExecutionProvider.of(ExecutionProvider.Kind.CUDA);
    Refusals.refused(
        cached().toBuilder().providers(cuda, cpu).build(),
        "optimized_model_cache=" + cache,
        "found providers [cuda, cpu]");
    assertThat(cache).doesNotExist();
  }
}
