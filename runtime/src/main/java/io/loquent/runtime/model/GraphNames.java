package io.loquent.runtime.model;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a decoder graph calls its tensors. Immutable.
 *
 * @param tokens the input of token ids
 * @param logits the output of scores
 * @param standard the standard name ({@code attention_mask}, {@code position_ids}) of inputs that
 *     are called otherwise
 * @param presents the output of each state input whose name does not follow the convention that
 *     "past" becomes "present"
 */
record GraphNames(
    String tokens, String logits, Map<String, String> standard, Map<String, String> presents) {

  private static final String PLACEHOLDER = "%d";
  private static final int MOST_LAYERS = 1024;
  private static final List<String> STATES = List.of("key", "value", "conv");

  /** The names that Optimum and transformers.js use. */
  static final GraphNames CONVENTIONAL = new GraphNames("input_ids", "logits", Map.of(), Map.of());

  /** The names that a folder's configuration gives. */
  static GraphNames of(FolderConfig config) {
    return config.genai().isEmpty() ? CONVENTIONAL : of(config.genai());
  }

  /** The names that {@code genai_config.json} gives; what it leaves out is conventional. */
  static GraphNames of(Map<String, @Nullable Object> genai) {
    Map<String, @Nullable Object> decoder =
        FolderConfig.object(FolderConfig.object(genai.get("model")).get("decoder"));
    Map<String, @Nullable Object> inputs = FolderConfig.object(decoder.get("inputs"));
    Map<String, @Nullable Object> outputs = FolderConfig.object(decoder.get("outputs"));
    Map<String, String> standard = new HashMap<>();
    for (String name : List.of(StepInputs.MASK, StepInputs.POSITIONS)) {
      standard.put(text(inputs, name, name), name);
    }
    Map<String, String> presents = new LinkedHashMap<>();
    for (String state : STATES) {
      addTemplates(
          text(inputs, "past_" + state + "_names", ""),
          text(outputs, "present_" + state + "_names", ""),
          presents);
    }
    addTemplates(text(inputs, "past_names", ""), text(outputs, "present_names", ""), presents);
    return new GraphNames(
        text(inputs, "input_ids", "input_ids"),
        text(outputs, "logits", "logits"),
        standard,
        presents);
  }

  private static void addTemplates(String past, String present, Map<String, String> presents) {
    if (!past.contains(PLACEHOLDER) || !present.contains(PLACEHOLDER)) {
      return;
    }
    for (int layer = 0; layer < MOST_LAYERS; layer++) {
      String number = String.valueOf(layer);
      presents.put(past.replace(PLACEHOLDER, number), present.replace(PLACEHOLDER, number));
    }
  }

  private static String text(Map<String, @Nullable Object> names, String key, String fallback) {
    Object name = names.get(key);
    return name == null ? fallback : name.toString();
  }

  /** The standard name of an input. */
  String standardName(String input) {
    return standard.getOrDefault(input, input);
  }

  /** Whether an input carries the state of the step before. */
  boolean isState(TensorSpec input) {
    return presents.containsKey(input.name())
        || (input.name().startsWith("past") && input.rank() > 1);
  }

  /** The output that gives a state's next value. */
  String present(String input) {
    String named = presents.get(input);
    if (named != null) {
      return named;
    }
    String present = input.replaceFirst("^past_key_values", "present");
    return present.equals(input) ? input.replaceFirst("^past", "present") : present;
  }
}
