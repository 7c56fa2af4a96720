package io.loquent.runtime.encoder;

import io.loquent.ModelLoadException;
import io.loquent.decoding.heads.DenseActivation;
import io.loquent.decoding.heads.DenseLayer;
import io.loquent.decoding.heads.LayerNormalization;
import io.loquent.decoding.heads.ResidualLayer;
import io.loquent.decoding.heads.SpladePooling;
import io.loquent.decoding.heads.VectorStep;
import io.loquent.encoder.Pooling;
import io.loquent.runtime.model.EncoderModel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads the folder of one module of a sentence transformer. Confined to one thread. */
final class ModuleReader {

  private static final int MOST_FEATURES = 1 << 16;

  /** As {@code 1_Pooling/config.json} spells them, one flag each. */
  private static final Map<Pooling, String> FLAGS = flags();

  /** As its {@code pooling_mode} spells them in newer files. */
  private static final Map<String, Pooling> MODES = modes();

  private static Map<Pooling, String> flags() {
    Map<Pooling, String> flags = new EnumMap<>(Pooling.class);
    flags.put(Pooling.CLS, "pooling_mode_cls_token");
    flags.put(Pooling.MAX, "pooling_mode_max_tokens");
    flags.put(Pooling.MEAN, "pooling_mode_mean_tokens");
    flags.put(Pooling.MEAN_SQRT_LEN, "pooling_mode_mean_sqrt_len_tokens");
    flags.put(Pooling.WEIGHTED_MEAN, "pooling_mode_weightedmean_tokens");
    flags.put(Pooling.LAST_TOKEN, "pooling_mode_lasttoken");
    return flags;
  }

  private static Map<String, Pooling> modes() {
    Map<String, Pooling> modes = new LinkedHashMap<>();
    modes.put("cls", Pooling.CLS);
    modes.put("max", Pooling.MAX);
    modes.put("mean", Pooling.MEAN);
    modes.put("mean_sqrt_len_tokens", Pooling.MEAN_SQRT_LEN);
    modes.put("weightedmean", Pooling.WEIGHTED_MEAN);
    modes.put("lasttoken", Pooling.LAST_TOKEN);
    return modes;
  }

  private final Path folder;
  private final String path;
  private final Map<String, @Nullable Object> config;

  ModuleReader(EncoderModel model, String path) {
    this.path = path;
    folder = model.folder().resolve(path);
    // A transformer's own configuration is none of a module's.
    config = path.isEmpty() ? Map.of() : model.json(path + "/config.json");
  }

  String where() {
    return folder.toString();
  }

  boolean hasConfig() {
    return !config.isEmpty();
  }

  /** How tokens are pooled: by the mean where all flags are off, as sentence transformers does. */
  List<Pooling> pooling() {
    List<Pooling> found = new ArrayList<>();
    @Nullable Object modes = config.get("pooling_mode");
    if (modes != null) {
      List<?> names = modes instanceof List<?> list ? list : List.of(modes);
      names.forEach(name -> found.add(mode(name)));
      return found;
    }
    for (String name : config.keySet()) {
      if (name.startsWith("pooling_mode_")
          && !FLAGS.containsValue(name)
          && Boolean.TRUE.equals(config.get(name))) {
        throw unsupported(name, true, "supported are " + FLAGS.values());
      }
    }
    FLAGS.forEach(
        (pooling, flag) -> {
          if (Boolean.TRUE.equals(config.get(flag))) {
            found.add(pooling);
          }
        });
    return found.isEmpty() ? List.of(Pooling.MEAN) : found;
  }

  private Pooling mode(Object name) {
    Pooling mode = MODES.get(String.valueOf(name).toLowerCase(Locale.ROOT));
    if (mode == null) {
      throw unsupported("pooling_mode", name, "supported are " + MODES.keySet());
    }
    return mode;
  }

  boolean includesPrompt() {
    return !Boolean.FALSE.equals(config.get("include_prompt"));
  }

  /** Whether late interaction leaves out some tokens, such as punctuation. */
  boolean skipsTokens() {
    return config.get("skiplist_words") instanceof List<?> words && !words.isEmpty();
  }

  SpladePooling.Strategy spladeStrategy() {
    return choice("pooling_strategy", SpladePooling.Strategy.MAX);
  }

  SpladePooling.Activation spladeActivation() {
    return choice("activation_function", SpladePooling.Activation.RELU);
  }

  private <E extends Enum<E>> E choice(String name, E usual) {
    @Nullable Object value = config.get(name);
    if (value == null) {
      return usual;
    }
    List<String> names = new ArrayList<>();
    for (E choice : usual.getDeclaringClass().getEnumConstants()) {
      names.add(choice.name().toLowerCase(Locale.ROOT));
      if (choice.name().toLowerCase(Locale.ROOT).equals(value)) {
        return choice;
      }
    }
    throw unsupported(name, value, "supported are " + names);
  }

  /** Reads a dense layer, which works on sentences or on tokens. */
  VectorStep dense(boolean onSentences) {
    checkPlace(onSentences);
    int inputs = features("in_features");
    int outputs = features("out_features");
    Safetensors weights = weights();
    boolean bias = config.get("bias") instanceof Boolean flag ? flag : weights.has("linear.bias");
    DenseLayer layer =
        new DenseLayer(
            weights.tensor("linear.weight", outputs, inputs),
            bias ? weights.tensor("linear.bias", outputs) : new float[outputs],
            activation());
    if (!Boolean.TRUE.equals(config.get("use_residual"))) {
      return layer;
    }
    return inputs == outputs
        ? new ResidualLayer(layer)
        : new ResidualLayer(
            layer,
            new DenseLayer(
                weights.tensor("residual.weight", outputs, inputs),
                new float[outputs],
                DenseActivation.IDENTITY));
  }

  /** Says no to a module that does not read what the module before it gives. */
  void checkPlace(boolean onSentences) {
    String expected = onSentences ? "sentence_embedding" : "token_embeddings";
    for (String name : List.of("module_input_name", "module_output_name")) {
      @Nullable Object found = config.get(name);
      // PyLate's layers work on tokens and are named as if they did not.
      if (onSentences && found != null && !expected.equals(found)) {
        throw unsupported(name, found, "behind Pooling a module must read and give " + expected);
      }
    }
  }

  private DenseActivation activation() {
    @Nullable Object name = config.get("activation_function");
    if (name == null) {
      return DenseActivation.TANH;
    }
    return DenseActivation.of(String.valueOf(name))
        .orElseThrow(
            () ->
                unsupported(
                    "activation_function",
                    name,
                    "supported are Identity, Tanh, ReLU, GELU, Sigmoid and SiLU of PyTorch"));
  }

  LayerNormalization layerNormalization() {
    int size = features("dimension");
    Safetensors weights = weights();
    return new LayerNormalization(
        weights.tensor("norm.weight", size), weights.tensor("norm.bias", size));
  }

  private int features(String name) {
    if (config.get(name) instanceof Number number
        && number.intValue() > 0
        && number.intValue() <= MOST_FEATURES) {
      return number.intValue();
    }
    throw unsupported(name, config.get(name), "expected a whole number from 1 to " + MOST_FEATURES);
  }

  private Safetensors weights() {
    Path file = folder.resolve("model.safetensors");
    if (Files.isRegularFile(file)) {
      return Safetensors.read(file);
    }
    boolean pickled = Files.exists(folder.resolve("pytorch_model.bin"));
    throw new ModelLoadException(
        file
            + ": there is no such file"
            + (pickled
                ? ", only pytorch_model.bin, which holds Python objects and is not read here; load"
                    + " the model with sentence transformers and save it again, which writes"
                    + " safetensors"
                : "; download it from where the graph came from"));
  }

  private Path file() {
    return folder.resolve("config.json");
  }

  private ModelLoadException unsupported(String name, @Nullable Object found, String expected) {
    return new ModelLoadException(
        file() + ": \"" + name + "\" is " + found + "; " + expected + " (module " + path + ")");
  }
}
