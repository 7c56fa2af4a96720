package io.loquent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import io.loquent.ExecutionProvider.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ModelConfigTest {

  private static final String FULL_PROPERTIES =
      """
      model=models/g2p
      precision=q8
      providers=cuda, cpu
      provider.cuda.device_id=1
      threads.intra_op=2
      threads.inter_op=3
      threads.spinning=true
      batch_size=8
      continuous_batching=true
      queue_size=40
      prefill_chunk_tokens=64
      memory_limit_mb=64
      graph_additions=false
      optimized_model_cache=cache/optimized
      warm_up=true
      tokenizer=models/tokenizer
      session.session.disable_prepacking=1
      generation.num_beams=4
      generation.early_stopping=never
      generation.stop_strings=["END", "."]
      generation.top_p=null
      generation.max_time=1.5
      """;

  private static final String FULL_JSON =
      """
      {"model": "models/g2p", "precision": "q8", "providers": ["cuda", "cpu"],
       "provider": {"cuda": {"device_id": 1}},
       "threads": {"intra_op": 2, "inter_op": 3, "spinning": true},
       "batch_size": 8, "continuous_batching": true, "queue_size": 40,
       "prefill_chunk_tokens": 64, "tokenizer": "models/tokenizer",
       "memory_limit_mb": 64, "graph_additions": false,
       "optimized_model_cache": "cache/optimized", "warm_up": true,
       "session": {"session.disable_prepacking": "1"},
       "generation": {"num_beams": 4, "early_stopping": "never", "stop_strings": ["END", "."],
                      "top_p": null, "max_time": 1.5}}
      """;

  @TempDir Path folder;

  @BeforeEach
  void makeFolders() throws IOException {
    Files.createDirectories(folder.resolve("models/g2p"));
    Files.createDirectories(folder.resolve("models/tokenizer"));
  }

  @Test
  void a_folder_is_a_model_with_default_settings() {
    ModelConfig config = ModelConfig.load(folder);
    assertThat(config.folder()).isEqualTo(folder);
    assertThat(config.tokenizerFolder()).isEmpty();
    assertThat(config.precision()).isEqualTo("auto");
    assertThat(config.providers()).containsExactly(ExecutionProvider.of(Kind.CPU));
    assertThat(config.intraOpThreads()).isEmpty();
    assertThat(config.interOpThreads()).isEmpty();
    assertThat(config.spinning()).isEmpty();
    assertThat(config.batchSize()).isEqualTo(16);
    assertThat(config.continuousBatching()).isFalse();
    assertThat(config.queueSize()).isEqualTo(256);
    assertThat(config.prefillChunkTokens()).isEqualTo(128);
    assertThat(config.memoryLimitBytes()).isEmpty();
    assertThat(config.graphAdditions()).isTrue();
    assertThat(config.optimizedModelCache()).isEmpty();
    assertThat(config.warmUp()).isFalse();
    assertThat(config.sessionEntries()).isEmpty();
    assertThat(config.defaults()).isEqualTo(GenerationOptions.none());
  }

  @Test
  void a_properties_file_sets_everything() throws IOException {
    assertFull(load("loquent.properties", FULL_PROPERTIES));
  }

  @Test
  void a_json_file_sets_everything_nested() throws IOException {
    assertFull(load("loquent.json", FULL_JSON));
  }

  @Test
  void a_json_file_may_use_dotted_names() throws IOException {
    ModelConfig config = load("m.json", "{\"model\": \"models/g2p\", \"generation.num_beams\": 4}");
    assertThat(config.defaults().get(Option.NUM_BEAMS)).contains(4);
  }

  @Test
  void a_line_says_how_tokens_are_guessed_ahead() throws IOException {
    ModelConfig config =
        load("m.json", "{\"model\": \"models/g2p\", \"draft\": {\"prompt_lookup\": true}}");
    assertThat(config.defaults().get(Option.PROMPT_LOOKUP)).contains(true);
    config = load("m.properties", "model=models/g2p\ndraft.model=models/g2p\n");
    assertThat(config.defaults().get(Option.ASSISTANT_MODEL))
        .contains(folder.toAbsolutePath().resolve("models/g2p").normalize().toString());
    assertThatExceptionOfType(ModelLoadException.class)
        .isThrownBy(() -> load("m.properties", "model=models/g2p\ndraft.model=nowhere\n"))
        .withMessageContaining("draft.model=nowhere: there is no model folder");
    config = load("m.properties", "model=models/g2p\ndraft.early_exit=2\n");
    assertThat(config.defaults().get(Option.ASSISTANT_EARLY_EXIT)).contains(2);
    assertThatExceptionOfType(ModelLoadException.class)
        .isThrownBy(() -> load("m.properties", "model=models/g2p\ndraft.early_exit=true\n"))
        .withMessageContaining("draft.early_exit must be a whole number, at least 1; found true");
    assertThatExceptionOfType(ModelLoadException.class)
        .isThrownBy(() -> load("m.properties", "model=models/g2p\ndraft.prompt_lookup=4\n"))
        .withMessageContaining("draft.prompt_lookup must be true or false; found 4");
  }

  @Test
  void a_copy_by_builder_is_the_same() throws IOException {
    assertFull(load("loquent.json", FULL_JSON).toBuilder().build());
  }

  @Test
  void a_builder_used_again_does_not_change_what_it_built() {
    ModelConfig.Builder builder = ModelConfig.builder(folder).sessionEntry("a", "1");
    ModelConfig built = builder.build();
    builder.sessionEntry("b", "2").batchSize(3).defaults(o -> o.topK(5));
    assertThat(built.sessionEntries()).containsExactly(Map.entry("a", "1"));
    assertThat(built.batchSize()).isEqualTo(16);
    assertThat(built.defaults()).isEqualTo(GenerationOptions.none());
  }

  @Test
  void default_options_add_up_in_the_builder() {
    ModelConfig config =
        ModelConfig.builder(folder).defaults(o -> o.topK(5)).defaults(o -> o.topP(0.5)).build();
    assertThat(config.defaults().toMap()).isEqualTo(Map.of("top_k", 5, "top_p", 0.5));
  }

  @Test
  void paths_are_relative_to_the_file_and_may_be_absolute() throws IOException {
    assertThat(load("a.properties", "model=models/../models/g2p").folder())
        .isEqualTo(folder.toAbsolutePath().resolve("models/g2p"));
    String absolute = folder.resolve("models/g2p").toAbsolutePath().toString();
    assertThat(load("b.properties", "model=" + absolute.replace("\\", "/")).folder())
        .isEqualTo(folder.toAbsolutePath().resolve("models/g2p"));
  }

  @Test
  void the_extension_is_read_in_any_case_and_a_byte_order_mark_is_skipped() throws IOException {
    assertThat(load("A.PROPERTIES", "\uFEFFmodel=models/g2p").precision()).isEqualTo("auto");
    assertThat(load("A.JSON", "\uFEFF{\"model\": \"models/g2p\"}").precision()).isEqualTo("auto");
  }

  @Test
  void null_in_json_leaves_a_setting_unset() throws IOException {
    ModelConfig config =
        load(
            "m.json",
            "{\"model\": \"models/g2p\", \"precision\": null, \"tokenizer\": null,"
                + " \"batch_size\": null, \"threads\": {\"intra_op\": null, \"spinning\": null},"
                + " \"providers\": null, \"session\": {}, \"provider\": {}}");
    assertThat(config.precision()).isEqualTo("auto");
    assertThat(config.tokenizerFolder()).isEmpty();
    assertThat(config.batchSize()).isEqualTo(16);
    assertThat(config.continuousBatching()).isFalse();
    assertThat(config.queueSize()).isEqualTo(256);
    assertThat(config.prefillChunkTokens()).isEqualTo(128);
    assertThat(config.providers()).containsExactly(ExecutionProvider.of(Kind.CPU));
  }

  @Test
  void providers_keep_their_order_and_options() throws IOException {
    ModelConfig config =
        load(
            "m.properties",
            """
            model=models/g2p
            providers=TensorRT,cuda,cpu
            provider.tensorrt.trt_fp16_enable=true
            provider.cuda.device_id=0
            """);
    assertThat(config.providers())
        .containsExactly(
            new ExecutionProvider(Kind.TENSORRT, Map.of("trt_fp16_enable", "true")),
            new ExecutionProvider(Kind.CUDA, Map.of("device_id", "0")),
            ExecutionProvider.of(Kind.CPU));
  }

  @Test
  void a_missing_path_says_what_to_give() {
    assertThatExceptionOfType(ModelLoadException.class)
        .isThrownBy(() -> ModelConfig.load(folder.resolve("modles")))
        .withMessageContaining(folder.resolve("modles").toAbsolutePath().toString())
        .withMessageContaining("no such file or folder; give a model folder");
  }

  @Test
  void a_file_of_another_kind_says_what_to_give() throws IOException {
    assertFails("model.onnx", "", "is neither a folder nor a .properties or .json file");
  }

  @Test
  void a_missing_model_setting_is_named() throws IOException {
    assertFails("m.properties", "precision=fp16", "\"model\" is missing");
    assertFails("m.properties", "model=", "\"model\" is missing");
    assertFails("m.json", "{}", "\"model\" is missing");
    assertFails("m.json", "{\"model\": null}", "\"model\" is missing");
  }

  @Test
  void a_missing_folder_is_named_with_its_setting() throws IOException {
    assertFails(
        "m.properties",
        "model=models/g2q",
        "model=models/g2q: there is no folder",
        folder.resolve("models/g2q").toString());
    assertFails(
        "m.properties",
        "model=models/g2p\ntokenizer=models/tok",
        "tokenizer=models/tok: there is no folder");
  }

  @Test
  void an_unknown_setting_lists_the_near_ones() throws IOException {
    assertFails("m.properties", "modle=x", "unknown setting \"modle\"; did you mean model");
    assertFails(
        "m.properties", "model=models/g2p\nthread.intra_op=2", "did you mean threads.intra_op");
    assertFails("m.properties", "batchsize=2", "did you mean batch_size?");
    assertFails(
        "m.json",
        "{\"generaton\": {\"num_beams\": 4}}",
        "unknown setting \"generaton.num_beams\"; did you mean generation.num_beams");
    assertFails("m.properties", "num_beams=4", "did you mean generation.num_beams?");
    assertFails("m.properties", "zzz=4", "; known: model, tokenizer, precision");
    assertFails("m.json", "{\"provider\": \"cuda\"}", "did you mean providers");
  }

  @Test
  void an_unknown_generation_option_lists_the_near_ones() throws IOException {
    assertFails(
        "m.properties",
        "model=models/g2p\ngeneration.num_beam=4",
        "unknown setting \"generation.num_beam\"; did you mean num_beams");
  }

  @Test
  void a_generation_option_out_of_range_is_named() throws IOException {
    assertFails(
        "m.properties",
        "model=models/g2p\ngeneration.top_p=2",
        "generation.top_p must be a number in [0, 1]; found 2");
    assertFails(
        "m.json",
        "{\"model\": \"models/g2p\", \"generation\": {\"num_beams\": {}}}",
        "generation.num_beams must be a whole number from 1 to 4096; found {}");
  }

  @Test
  void a_list_with_a_typing_mistake_is_not_taken_for_a_word() throws IOException {
    assertFails(
        "m.properties",
        "model=models/g2p\ngeneration.stop_strings=[\"a\", \"b\"",
        "generation.stop_strings=[\"a\", \"b\"",
        "not JSON at line 1, column 10");
  }

  @Test
  void a_typing_mistake_in_a_provider_is_named() throws IOException {
    assertFails(
        "m.properties",
        "model=models/g2p\nproviders=cdua",
        "providers: unknown execution provider \"cdua\"; known: cpu, cuda, tensorrt");
    assertFails(
        "m.properties",
        "model=models/g2p\nproviders=cuda\nprovider.cdua.device_id=0",
        "provider.cdua.device_id: unknown execution provider \"cdua\"");
    assertFails("m.properties", "model=models/g2p\nproviders=", "providers: unknown");
    assertFails("m.json", "{\"model\": \"models/g2p\", \"providers\": []}", "providers is empty");
  }

  @Test
  void an_option_of_a_provider_that_is_not_listed_is_refused() throws IOException {
    assertFails(
        "m.properties",
        "model=models/g2p\nprovider.cuda.device_id=0",
        "provider.cuda.device_id",
        "it lists [cpu]");
    assertFails("m.properties", "model=models/g2p\nprovider.cpu=0", "provider.cpu: expected");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "threads.intra_op",
        "threads.inter_op",
        "batch_size",
        "queue_size",
        "prefill_chunk_tokens"
      })
  void a_bad_number_is_named(String name) throws IOException {
    for (String value : List.of("two", "0", "-1", "1.5", "99999999999", "")) {
      assertFails(
          "m.properties",
          "model=models/g2p\n" + name + "=" + value,
          name + " must be a whole number, at least 1; found " + value);
    }
  }

  @Test
  void a_bad_flag_is_named() throws IOException {
    assertFails(
        "m.properties",
        "model=models/g2p\nthreads.spinning=yes",
        "threads.spinning must be true or false; found yes");
    assertFails(
        "m.properties",
        "model=models/g2p\ncontinuous_batching=on",
        "continuous_batching must be true or false; found on");
  }

  @Test
  void a_cache_that_is_no_folder_is_named() throws IOException {
    Files.write(folder.resolve("taken"), new byte[0]);
    assertFails(
        "m.properties",
        "model=models/g2p\noptimized_model_cache=taken",
        "optimized_model_cache=taken",
        "is a file; name a folder");
    assertFails(
        "m.properties",
        "model=models/g2p\noptimized_model_cache=",
        "optimized_model_cache is empty");
  }

  @Test
  void a_list_where_one_value_belongs_is_refused() throws IOException {
    assertFails(
        "m.json",
        "{\"model\": \"models/g2p\", \"precision\": [\"q8\"]}",
        "precision must be a single value; found [\"q8\"]");
    assertFails(
        "m.json",
        "{\"model\": \"models/g2p\", \"precision\": {}}",
        "precision must be a single value; found {}");
  }

  @Test
  void a_setting_that_is_there_twice_is_refused() throws IOException {
    assertFails(
        "m.json",
        "{\"model\": \"models/g2p\", \"threads.intra_op\": 1, \"threads\": {\"intra_op\": 2}}",
        "\"threads.intra_op\" is there twice");
  }

  @Test
  void broken_json_is_reported_with_line_and_column() throws IOException {
    assertFails(
        "m.json", "{\n  \"model\": models\n}", "line 2, column 12", "expected a value, found 'm'");
    assertFails("m.json", "[1]", "expected a JSON object {...}, found [1]");
  }

  @Test
  void a_broken_escape_in_properties_is_reported() throws IOException {
    assertFails("m.properties", "model=c:\\users\\g2p", "cannot be read: Malformed");
  }

  @Test
  void the_builder_checks_what_it_is_given() {
    ModelConfig.Builder builder = ModelConfig.builder(folder);
    assertThatExceptionOfType(ModelLoadException.class)
        .isThrownBy(() -> builder.batchSize(0))
        .withMessage("batch_size must be at least 1; found 0");
    assertThatExceptionOfType(ModelLoadException.class)
        .isThrownBy(() -> builder.queueSize(0))
        .withMessage("queue_size must be at least 1; found 0");
    assertThatExceptionOfType(ModelLoadException.class)
        .isThrownBy(() -> builder.prefillChunkTokens(-1))
        .withMessage("prefill_chunk_tokens must be at least 1; found -1");
    assertThatExceptionOfType(ModelLoadException.class)
        .isThrownBy(() -> builder.intraOpThreads(-2))
        .withMessageContaining("threads.intra_op");
    assertThatExceptionOfType(ModelLoadException.class)
        .isThrownBy(() -> builder.interOpThreads(0))
        .withMessageContaining("threads.inter_op");
    assertThatExceptionOfType(ModelLoadException.class)
        .isThrownBy(builder::providers)
        .withMessageContaining("providers");
    assertThatNullPointerException().isThrownBy(() -> ModelConfig.builder(null));
    assertThatNullPointerException().isThrownBy(() -> builder.sessionEntry("a", null));
    assertThatNullPointerException().isThrownBy(() -> builder.precision(null));
  }

  private void assertFull(ModelConfig config) {
    Path root = folder.toAbsolutePath();
    assertThat(config.folder()).isEqualTo(root.resolve("models/g2p"));
    assertThat(config.tokenizerFolder()).contains(root.resolve("models/tokenizer"));
    assertThat(config.precision()).isEqualTo("q8");
    assertThat(config.providers())
        .containsExactly(
            new ExecutionProvider(Kind.CUDA, Map.of("device_id", "1")),
            ExecutionProvider.of(Kind.CPU));
    assertThat(config.intraOpThreads()).hasValue(2);
    assertThat(config.interOpThreads()).hasValue(3);
    assertThat(config.spinning()).contains(true);
    assertThat(config.batchSize()).isEqualTo(8);
    assertThat(config.continuousBatching()).isTrue();
    assertThat(config.queueSize()).isEqualTo(40);
    assertThat(config.prefillChunkTokens()).isEqualTo(64);
    assertThat(config.memoryLimitBytes()).hasValue(64L << 20);
    assertThat(config.graphAdditions()).isFalse();
    assertThat(config.optimizedModelCache())
        .contains(folder.toAbsolutePath().resolve("cache/optimized"));
    assertThat(config.warmUp()).isTrue();
    assertThat(config.sessionEntries())
        .containsExactly(Map.entry("session.disable_prepacking", "1"));
    assertThat(config.defaults().get(Option.NUM_BEAMS)).contains(4);
    assertThat(config.defaults().get(Option.EARLY_STOPPING)).contains(EarlyStopping.NEVER);
    assertThat(config.defaults().get(Option.STOP_STRINGS)).contains(List.of("END", "."));
    assertThat(config.defaults().isOff(Option.TOP_P)).isTrue();
    assertThat(config.defaults().get(Option.MAX_TIME)).contains(java.time.Duration.ofMillis(1500));
  }

  private ModelConfig load(String name, String text) throws IOException {
    return ModelConfig.load(Files.writeString(folder.resolve(name), text));
  }

  /** Every message names the file. */
  private void assertFails(String name, String text, String... parts) throws IOException {
    Path file = Files.writeString(folder.resolve(name), text);
    assertThatExceptionOfType(ModelLoadException.class)
        .isThrownBy(() -> ModelConfig.load(file))
        .withMessageStartingWith(file + ": ")
        .satisfies(e -> assertThat(e.getMessage()).contains(parts));
  }
}
