package io.loquent.runtime.model;

import io.loquent.ModelLoadException;
import java.util.LinkedHashMap;
import java.util.Map;

/** The precisions of transformers.js and the file name suffixes that stand for them. */
final class Precision {

  /** Suffixes by precision; the first is the one that {@code auto} prefers. */
  static final Map<String, String> SUFFIXES = suffixes();

  private Precision() {}

  private static Map<String, String> suffixes() {
    Map<String, String> suffixes = new LinkedHashMap<>();
    suffixes.put("fp32", "");
    suffixes.put("fp16", "_fp16");
    suffixes.put("q8", "_quantized");
    suffixes.put("int8", "_int8");
    suffixes.put("uint8", "_uint8");
    suffixes.put("q4", "_q4");
    suffixes.put("q4f16", "_q4f16");
    suffixes.put("bnb4", "_bnb4");
    suffixes.put("q2", "_q2");
    suffixes.put("q2f16", "_q2f16");
    suffixes.put("q1", "_q1");
    suffixes.put("q1f16", "_q1f16");
    return suffixes;
  }

  static void check(String precision) {
    if (!precision.equals("auto") && !SUFFIXES.containsKey(precision)) {
      throw new ModelLoadException(
          "unknown precision \""
              + precision
              + "\"; known: auto, "
              + String.join(", ", SUFFIXES.keySet()));
    }
  }
}
