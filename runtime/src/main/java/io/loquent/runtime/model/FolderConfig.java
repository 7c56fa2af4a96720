package io.loquent.runtime.model;

import io.loquent.GenerationOptions;
import io.loquent.InvalidRequestException;
import io.loquent.ModelLoadException;
import io.loquent.Option;
import io.loquent.internal.json.Json;
import io.loquent.internal.json.JsonException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What a folder's JSON files say: {@code config.json}, {@code generation_config.json}, {@code
 * genai_config.json}. Immutable.
 */
final class FolderConfig {

  /** Entries of {@code generation_config.json} that steer nothing here. */
  private static final Set<String> NO_OPTIONS =
      Set.of(
          "transformers_version",
          "_from_model_config",
          "output_attentions",
          "output_hidden_states",
          "output_scores",
          "output_logits",
          "return_dict_in_generate",
          "trust_remote_code");

  private static final double SPEECH_SAMPLING_RATE_HZ = 16_000;

  /** Models that count positions from behind the padding token's id. */
  private static final Set<String> POSITIONS_AFTER_PADDING =
      Set.of(
          "roberta",
          "xlm-roberta",
          "xlm-roberta-xl",
          "camembert",
          "mpnet",
          "longformer",
          "data2vec-text",
          "roberta-prelayernorm",
          "xmod",
          "ibert",
          "esm");

  private static final List<String> CONTEXT_NAMES =
      List.of("max_position_embeddings", "n_positions", "n_ctx", "max_seq_len", "seq_length");

  /** Where what config.json does not say of a model for parallel decoding may stand instead. */
  static final String PARALLEL = "parallel_config.json";

  private final Map<String, @Nullable Object> config;
  private final Map<String, @Nullable Object> generation;
  private final Map<String, @Nullable Object> genai;
  private final Map<String, @Nullable Object> preprocessor;
  private final List<String> notes = new ArrayList<>();
  private final GenerationOptions defaults;

  private FolderConfig(Path folder) {
    config = new LinkedHashMap<>(read(folder.resolve("config.json")));
    config.putAll(read(folder.resolve(PARALLEL)));
    generation = read(folder.resolve("generation_config.json"));
    preprocessor = read(folder.resolve("preprocessor_config.json"));
    genai = read(folder.resolve("genai_config.json"));
    defaults = readDefaults();
  }

  static FolderConfig read(Path folder, boolean required) {
    FolderConfig result = new FolderConfig(folder);
    if (required && result.config.isEmpty() && result.genai.isEmpty()) {
      result.notes.add(
          "neither config.json nor genai_config.json is there: special tokens and context length"
              + " are unknown unless options set them");
    }
    return result;
  }

  static Map<String, @Nullable Object> read(Path file) {
    if (!Files.exists(file)) {
      return Map.of();
    }
    try {
      return Json.parseObject(new String(Files.readAllBytes(file), StandardCharsets.UTF_8));
    } catch (IOException | JsonException e) {
      throw new ModelLoadException(file + ": cannot be read: " + e.getMessage(), e);
    }
  }

  private GenerationOptions readDefaults() {
    GenerationOptions special = specialTokens();
    if (!generation.isEmpty()) {
      return options("generation_config.json", generation, this::noteUnknown).orElse(special);
    }
    if (!genai.isEmpty()) {
      return options("genai_config.json", genaiSearch(), name -> {}).orElse(special);
    }
    // Before generation_config.json existed, its entries stood among those of config.json.
    return options("config.json", config, name -> {}).orElse(special);
  }

  /**
   * Reads options one by one: a value that Hugging Face tolerates in a file because nothing uses it
   * (a temperature of 0 beside greedy search, a padding id of -1) must not keep a model from
   * loading.
   */
  private GenerationOptions options(
      String file, Map<String, @Nullable Object> values, Consumer<String> unknown) {
    GenerationOptions options = GenerationOptions.none();
    for (Map.Entry<String, @Nullable Object> entry : withoutNulls(values).entrySet()) {
      try {
        options =
            GenerationOptions.fromMap(
                    Collections.singletonMap(entry.getKey(), entry.getValue()), unknown)
                .orElse(options);
      } catch (InvalidRequestException e) {
        notes.add(file + ": " + e.getMessage() + "; the value is not used");
      }
    }
    return options;
  }

  /** In a file null means that nothing is set; only a request's null switches something off. */
  private static Map<String, @Nullable Object> withoutNulls(Map<String, @Nullable Object> map) {
    Map<String, @Nullable Object> kept = new LinkedHashMap<>(map);
    kept.values().removeIf(value -> value == null);
    return kept;
  }

  private void noteUnknown(String name) {
    if (!NO_OPTIONS.contains(name)) {
      notes.add("generation_config.json: \"" + name + "\" is not supported and has no effect here");
    }
  }

  /**
   * The search section of {@code genai_config.json}, without what its builder writes by itself: the
   * context length as max_length, early_stopping and the sizes of a greedy search.
   */
  private Map<String, @Nullable Object> genaiSearch() {
    Map<String, @Nullable Object> search = withoutNulls(object(genai.get("search")));
    Map<String, @Nullable Object> kept = new LinkedHashMap<>();
    boolean samples = Boolean.TRUE.equals(search.get("do_sample"));
    for (String name : List.of("do_sample", "temperature", "top_k", "top_p")) {
      if (samples && search.get(name) != null) {
        kept.put(name, search.get(name));
      }
    }
    for (String name :
        List.of("repetition_penalty", "length_penalty", "no_repeat_ngram_size", "num_beams")) {
      if (search.get(name) != null) {
        kept.put(name, search.get(name));
      }
    }
    return kept;
  }

  private GenerationOptions specialTokens() {
    Map<String, @Nullable Object> tokens = new LinkedHashMap<>();
    Map<String, @Nullable Object> model = object(genai.get("model"));
    for (Option<?> option :
        List.of(
            Option.PAD_TOKEN_ID,
            Option.BOS_TOKEN_ID,
            Option.EOS_TOKEN_ID,
            Option.DECODER_START_TOKEN_ID,
            Option.FORCED_BOS_TOKEN_ID,
            Option.FORCED_EOS_TOKEN_ID)) {
      Object value = config.get(option.name());
      value = value == null ? model.get(option.name()) : value;
      if (value != null) {
        tokens.put(option.name(), value);
      }
    }
    return options("config.json", tokens, name -> {});
  }

  /** The model's default options, special tokens included. */
  GenerationOptions defaults() {
    return defaults;
  }

  /** What a user should know about the configuration. */
  List<String> notes() {
    return notes;
  }

  Map<String, @Nullable Object> genai() {
    return genai;
  }

  boolean isEmpty() {
    return config.isEmpty() && genai.isEmpty();
  }

  /** A whole number of {@code config.json}, looked up under several names. */
  OptionalInt integer(String... names) {
    for (String name : names) {
      if (config.get(name) instanceof Number number) {
        return OptionalInt.of(number.intValue());
      }
    }
    return OptionalInt.empty();
  }

  /** An entry of {@code config.json} that is a text. */
  Optional<String> text(String name) {
    return config.get(name) instanceof String text ? Optional.of(text) : Optional.empty();
  }

  /** A number of {@code config.json}. */
  OptionalDouble number(String name) {
    return config.get(name) instanceof Number number
        ? OptionalDouble.of(number.doubleValue())
        : OptionalDouble.empty();
  }

  /** Whether an entry of {@code config.json} is true or false; empty if it is neither. */
  Optional<Boolean> flag(String name) {
    return config.get(name) instanceof Boolean flag ? Optional.of(flag) : Optional.empty();
  }

  /**
   * How long a frame of a speech model is, in seconds: the strides of its convolutions, in samples;
   * empty where there are none.
   */
  OptionalDouble frameSeconds() {
    if (!(config.get("conv_stride") instanceof List<?> strides) || strides.isEmpty()) {
      return OptionalDouble.empty();
    }
    double samples = 1;
    for (Object stride : strides) {
      samples *= stride instanceof Number number ? number.doubleValue() : Double.NaN;
    }
    double rate =
        preprocessor.get("sampling_rate") instanceof Number number
            ? number.doubleValue()
            : SPEECH_SAMPLING_RATE_HZ;
    double seconds = samples / rate;
    return seconds > 0 && seconds < 3600 ? OptionalDouble.of(seconds) : OptionalDouble.empty();
  }

  /** The id that unequal rows are filled up with; what it is never shows, because it is masked. */
  int padToken() {
    return defaults
        .get(Option.PAD_TOKEN_ID)
        .orElseGet(
            () ->
                defaults
                    .get(Option.EOS_TOKEN_ID)
                    .filter(ids -> !ids.isEmpty())
                    .map(ids -> ids.get(0))
                    .orElse(0));
  }

  /** The names of the model's classes in the library that trained it. */
  List<String> architectures() {
    List<String> names = new ArrayList<>();
    if (config.get("architectures") instanceof List<?> list) {
      list.forEach(name -> names.add(String.valueOf(name)));
    }
    return names;
  }

  /** The longest sequence that positions are known for, in tokens. */
  OptionalInt contextLength() {
    if (object(genai.get("model")).get("context_length") instanceof Number length) {
      return OptionalInt.of(length.intValue());
    }
    if (config.get("relative_attention_num_buckets") != null) {
      // Relative positions (T5) know no end; n_positions is only what it was trained with.
      return OptionalInt.empty();
    }
    OptionalInt positions = integer(CONTEXT_NAMES.toArray(new String[0]));
    return positions.isPresent()
        ? OptionalInt.of(Math.max(0, positions.getAsInt() - firstPosition()))
        : positions;
  }

  /** The position of a row's first token: RoBERTa and its kin count on from the padding's id. */
  int firstPosition() {
    return POSITIONS_AFTER_PADDING.contains(String.valueOf(config.get("model_type")))
        ? integer("pad_token_id").orElse(1) + 1
        : 0;
  }

  @SuppressWarnings("unchecked")
  static Map<String, @Nullable Object> object(@Nullable Object json) {
    return json instanceof Map ? (Map<String, @Nullable Object>) json : Map.of();
  }
}
