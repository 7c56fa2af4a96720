package io.loquent.runtime;

import io.loquent.ModelConfig;
import io.loquent.ModelReport;
import io.loquent.encoder.Encoder;
import io.loquent.spi.EncoderProvider;

/** Opens {@link OnnxEncoder}s for {@link Encoder#open}. Thread-safe. */
public final class OnnxEncoderProvider implements EncoderProvider {

  /** Called by {@link java.util.ServiceLoader}. */
  public OnnxEncoderProvider() {}

  @Override
  public Encoder open(ModelConfig config) {
    return OnnxEncoder.open(config);
  }

  @Override
  public ModelReport inspect(ModelConfig config) {
    return OnnxEncoder.inspect(config);
  }
}
