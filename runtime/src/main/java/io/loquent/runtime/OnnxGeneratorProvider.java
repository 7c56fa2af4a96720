package io.loquent.runtime;

import io.loquent.Generator;
import io.loquent.ModelConfig;
import io.loquent.ModelReport;
import io.loquent.spi.GeneratorProvider;

/** Opens {@link OnnxGenerator}s for {@link Generator#open}. Thread-safe. */
public final class OnnxGeneratorProvider implements GeneratorProvider {

  /** Called by {@link java.util.ServiceLoader}. */
  public OnnxGeneratorProvider() {}

  @Override
  public Generator open(ModelConfig config) {
    return OnnxGenerator.open(config);
  }

  @Override
  public ModelReport inspect(ModelConfig config) {
    return Inspection.inspect(config);
  }
}
