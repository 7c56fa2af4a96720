package io.loquent.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.loquent.ContextLengthException;
import io.loquent.GenerationRequest;
import io.loquent.Generator;
import io.loquent.Input;
import io.loquent.ModelConfig;
import io.loquent.chat.ChatMessage;
import io.loquent.encoder.AnswerResult;
import io.loquent.encoder.EmbeddingOptions;
import io.loquent.encoder.FillMaskOptions;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A tokenizer in a folder of its own brings all its files with it; the model's do not count. */
@ExtendWith(NothingLeaks.class)
final class TokenizerFolderTest {

  private static final String CONFIG = "tokenizer_config.json";
  private static final String SPECIAL = "special_tokens_map.json";
  private static final List<String> NO_GRAPH = List.of("model.onnx", "config.json");

  private Path model;
  private Path tokenizer;

  @BeforeEach
  void name(@TempDir Path temporary) {
    model = temporary.resolve("model");
    tokenizer = temporary.resolve("tokenizer");
  }

  private ModelConfig config() {
    return ModelConfig.builder(model).tokenizerFolder(tokenizer).intraOpThreads(1).build();
  }

  private static void change(Path folder, String from, String to) {
    String config = Folders.text(folder.resolve(CONFIG));
    assertThat(config).contains(from);
    Folders.write(folder, CONFIG, config.replace(from, to));
  }

  private static AnswerResult answer(ModelConfig config) {
    try (OnnxEncoder encoder = OnnxEncoder.open(config)) {
      return encoder.answer("what is it", "They sang in Paris.");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"padding_side\": \"right\" | \"padding_side\": \"left\"",
        "\"cls_token\": \"[CLS]\" | \"cls_token\": {\"content\": \"[SEP]\"}",
        "\"cls_token\": \"[CLS]\" | \"cls_token\": \"[SEP]\""
      })
  void answers_follow_the_tokenizers_own_files(String from, String to) {
    Folders.copy("bert-tiny-qa", tokenizer);
    change(tokenizer, from, to);
    ModelConfig inOneFolder = ModelConfig.builder(tokenizer).intraOpThreads(1).build();
    Folders.copy("bert-tiny-qa", model);
    ModelConfig unchanged = ModelConfig.builder(model).intraOpThreads(1).build();
    assertThat(answer(config())).isEqualTo(answer(inOneFolder)).isNotEqualTo(answer(unchanged));
  }

  @Test
  void rows_are_as_long_as_the_tokenizers_own_files_say() {
    Folders.copy("bert-tiny-encoder", model);
    change(model, "\"model_max_length\": 64", "\"model_max_length\": 5");
    Folders.copy("bert-tiny-encoder", tokenizer, NO_GRAPH);
    change(tokenizer, "\"model_max_length\": 64", "\"model_max_length\": 9");
    try (OnnxEncoder encoder = OnnxEncoder.open(config())) {
      assertThat(encoder.embed("the the the the the the the").tokens()).isEqualTo(9);
      assertThatThrownBy(
              () ->
                  encoder.embed(
                      List.of("the the the the the the the the"), EmbeddingOptions.defaults()))
          .isInstanceOf(ContextLengthException.class)
          .hasMessageContaining("at most 9");
    }
  }

  @ParameterizedTest
  @CsvSource({CONFIG, SPECIAL})
  void masks_are_those_of_the_tokenizers_own_files(String only) {
    Folders.copy("bert-tiny-mlm", model, List.of(CONFIG, SPECIAL, "tokenizer.json"));
    Folders.copy("bert-tiny-mlm", tokenizer, NO_GRAPH);
    assertThat(tokenizer.resolve(only.equals(CONFIG) ? SPECIAL : CONFIG).toFile().delete())
        .isTrue();
    try (OnnxEncoder encoder = OnnxEncoder.open(config());
        Generator generator = OnnxGenerator.open(config());
        Generator whole = OnnxGenerator.open(Goldens.config("bert-tiny-mlm").build())) {
      assertThat(encoder.fillMask(List.of("[MASK] moon"), FillMaskOptions.defaults())).hasSize(1);
      assertThat(generator.generate("[MASK] moon")).isEqualTo(whole.generate("[MASK] moon"));
    }
  }

  @Test
  void a_mask_that_only_the_models_folder_names_does_not_count() {
    Folders.copy("bert-tiny-mlm", model);
    Folders.copy("bert-tiny-mlm", tokenizer, List.of("model.onnx", CONFIG, SPECIAL));
    Refusals.refused(config(), "mask_token_id", "no mask_token", tokenizer.toString());
  }

  @Test
  void chats_follow_the_template_beside_the_tokenizer() {
    Folders.copy("gpt2-tiny", model);
    Folders.write(model, "chat_template.jinja", "wrong");
    Folders.copy("gpt2-tiny", tokenizer, NO_GRAPH);
    Folders.write(tokenizer, "chat_template.jinja", "{{ messages[0].content }}");
    try (Generator generator = OnnxGenerator.open(config())) {
      Input chat = Input.chat(ChatMessage.user("Once upon"));
      assertThat(ids(generator, chat)).isEqualTo(ids(generator, Input.text("Once upon")));
    }
  }

  private static int[] ids(Generator generator, Input input) {
    GenerationRequest request = GenerationRequest.of(input).options(o -> o.maxNewTokens(4)).build();
    return generator.generate(request).best().ids();
  }
}
