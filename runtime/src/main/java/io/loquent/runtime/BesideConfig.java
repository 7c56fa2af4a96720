package io.loquent.runtime;

import io.loquent.ExecutionProvider;
import io.loquent.ModelConfig;
import java.nio.file.Files;
import java.nio.file.Path;

/** How models are opened that work beside another one. Stateless and thread-safe. */
final class BesideConfig {

  private BesideConfig() {}

  /**
   * Returns a model's configuration: its own if the path names a configuration file, else that of
   * the other model, with another folder.
   */
  static ModelConfig of(Path path, ModelConfig other) {
    if (!Files.isDirectory(path)) {
      return ModelConfig.load(path);
    }
    ModelConfig.Builder builder =
        ModelConfig.builder(path)
            .providers(other.providers().toArray(new ExecutionProvider[0]))
            .graphAdditions(other.graphAdditions());
    other.intraOpThreads().ifPresent(builder::intraOpThreads);
    other.interOpThreads().ifPresent(builder::interOpThreads);
    other.spinning().ifPresent(builder::spinning);
    other.memoryLimitBytes().ifPresent(builder::memoryLimitBytes);
    other.optimizedModelCache().ifPresent(builder::optimizedModelCache);
    other.sessionEntries().forEach(builder::sessionEntry);
    return builder.build();
  }
}
