package io.loquent.runtime.encoder;

import io.loquent.InvalidRequestException;
import io.loquent.ModelLoadException;
import io.loquent.encoder.EmbeddingOptions;
import io.loquent.runtime.model.EncoderModel;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a model wants before its texts ({@code config_sentence_transformers.json}). Immutable.
 *
 * @param texts by name
 * @param usual the name of the one that is used unless another is asked for
 * @param lowerCase whether the model wants texts in lower case
 * @param similarity how the model's vectors are meant to be compared, if it says so
 * @param expandsQueries whether the model was trained with queries filled up with mask tokens
 */
record Prompts(
    Map<String, String> texts,
    Optional<String> usual,
    boolean lowerCase,
    Optional<String> similarity,
    boolean expandsQueries) {

  private static final String FILE = "config_sentence_transformers.json";

  static Prompts of(EncoderModel model) {
    Map<String, @Nullable Object> config = model.json(FILE);
    Map<String, String> texts = new LinkedHashMap<>();
    if (config.get("prompts") instanceof Map<?, ?> prompts) {
      prompts.forEach(
          (name, text) -> text(text).ifPresent(prompt -> texts.put(String.valueOf(name), prompt)));
    }
    mark(texts, "query", config.get("query_prefix"));
    mark(texts, "document", config.get("document_prefix"));
    Optional<String> usual = text(config.get("default_prompt_name"));
    if (usual.isPresent() && !texts.containsKey(usual.get())) {
      throw new ModelLoadException(
          model.folder().resolve(FILE)
              + ": default_prompt_name is \""
              + usual.get()
              + "\", and the prompts are "
              + texts.keySet());
    }
    return new Prompts(
        texts,
        usual,
        Boolean.TRUE.equals(model.json("sentence_bert_config.json").get("do_lower_case")),
        text(config.get("similarity_fn_name")),
        Boolean.TRUE.equals(config.get("do_query_expansion")));
  }

  /** Adds what PyLate marks queries and documents with, unless the prompt has it. */
  private static void mark(Map<String, String> texts, String name, @Nullable Object mark) {
    String prompt = texts.getOrDefault(name, "");
    text(mark)
        .filter(prefix -> !prompt.startsWith(prefix))
        .ifPresent(prefix -> texts.put(name, prefix + prompt));
  }

  private static Optional<String> text(@Nullable Object json) {
    return json instanceof String text ? Optional.of(text) : Optional.empty();
  }

  /** Puts texts behind the prompt that the options or the model want. */
  List<PromptedText> apply(List<String> texts, EmbeddingOptions options) {
    String prompt = prompt(options);
    List<PromptedText> prompted = new ArrayList<>(texts.size());
    for (String text : texts) {
      prompted.add(PromptedText.of(prompt, text, lowerCase));
    }
    return prompted;
  }

  private String prompt(EmbeddingOptions options) {
    if (options.prompt().isPresent()) {
      return options.prompt().get();
    }
    Optional<String> name = options.promptName().isPresent() ? options.promptName() : usual;
    if (!name.isPresent()) {
      return "";
    }
    @Nullable String prompt = texts.get(name.get());
    if (prompt == null) {
      throw new InvalidRequestException(
          "prompt_name is \"" + name.get() + "\", and the model's prompts are " + texts.keySet());
    }
    return prompt;
  }

  List<String> findings() {
    List<String> findings = new ArrayList<>();
    if (!texts.isEmpty()) {
      findings.add(
          "prompts: "
              + texts
              + usual
                  .map(name -> "; \"" + name + "\" is used unless another is asked for")
                  .orElse(""));
    }
    similarity.ifPresent(name -> findings.add("similarity: " + name));
    if (expandsQueries) {
      findings.add("note: queries are read as they are, not filled up with mask tokens");
    }
    return findings;
  }
}
