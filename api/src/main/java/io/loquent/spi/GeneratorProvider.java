package io.loquent.spi;

import io.loquent.Generator;
import io.loquent.ModelConfig;
import io.loquent.ModelLoadException;
import io.loquent.ModelReport;
import java.util.ServiceLoader;

/** Opens generators. Found by {@link ServiceLoader}; implementations are thread-safe. */
public interface GeneratorProvider {

  /**
   * Finds the provider on the class path.
   *
   * @return the first provider
   * @throws ModelLoadException if there is none, or it cannot be loaded
   */
  static GeneratorProvider load() {
    return Providers.first(GeneratorProvider.class);
  }

  /**
   * Opens a model.
   *
   * @param config the folder, and how to run it
   * @return a generator
   * @throws ModelLoadException if the model cannot be used
   */
  Generator open(ModelConfig config);

  /**
   * Explains a model folder.
   *
   * @param config the folder, and how it would be run
   * @return the report, also for a broken folder
   */
  ModelReport inspect(ModelConfig config);
}
