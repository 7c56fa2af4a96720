package io.loquent.samples.benchmarks.run;

import java.util.Arrays;
import java.util.List;

/** The programs that can be measured. */
enum Engine {
  LOQUENT("Loquent", "loquent"),
  NAIVE("naive loop", "naive"),
  LLAMA_CPP("llama.cpp", "llama.cpp"),
  TRANSFORMERS_JS("transformers.js", "transformers.js"),
  JLAMA("Jlama", "jlama"),
  DJL("DJL TextGenerator", "djl");

  private final String title;
  private final String option;

  Engine(String title, String option) {
    this.title = title;
    this.option = option;
  }

  /** The name in the table. */
  String title() {
    return title;
  }

  static Engine of(String option) {
    return Arrays.stream(values())
        .filter(engine -> engine.option.equals(option))
        .findFirst()
        .orElseThrow(
            () -> new IllegalArgumentException("no program \"" + option + "\"; known: " + names()));
  }

  static List<String> names() {
    return Arrays.stream(values()).map(engine -> engine.option).toList();
  }
}
