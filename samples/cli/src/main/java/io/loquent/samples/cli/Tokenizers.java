package io.loquent.samples.cli;

import io.loquent.ModelConfig;
import java.nio.file.Files;

/** Says whether a model has a tokenizer. */
final class Tokenizers {

  private Tokenizers() {}

  static boolean isThere(ModelConfig config) {
    return Files.exists(config.tokenizerFolder().orElse(config.folder()).resolve("tokenizer.json"));
  }
}
