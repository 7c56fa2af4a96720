package io.loquent.spi;

import io.loquent.ModelConfig;
import io.loquent.ModelLoadException;
import io.loquent.ModelReport;
import io.loquent.encoder.Encoder;
import java.util.ServiceLoader;

/** Opens encoders. Found by {@link ServiceLoader}; implementations are thread-safe. */
public interface EncoderProvider {

  /**
   * Finds the provider on the class path.
   *
   * @return the first provider
   * @throws ModelLoadException if there is none, or it cannot be loaded
   */
  static EncoderProvider load() {
    return Providers.first(EncoderProvider.class);
  }

  /**
   * Opens a model.
   *
   * @param config the folder, and how to run it
   * @return an encoder
   * @throws ModelLoadException if the model cannot be used
   */
  Encoder open(ModelConfig config);

  /**
   * Explains a model folder.
   *
   * @param config the folder, and how it would be run
   * @return the report, also for a broken folder
   */
  ModelReport inspect(ModelConfig config);
}
