package io.loquent.samples.cli;

import io.loquent.ModelConfig;
import io.loquent.encoder.Encoder;
import io.loquent.spi.EncoderProvider;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Opens an encoder for what a command asks of it.
 *
 * @param provider asked for only when a model is opened
 */
record EncoderCall(Supplier<EncoderProvider> provider) {

  /** Runs a task that Ctrl-C cancels. */
  <R> R run(ModelConfig config, EncoderFlags flags, Function<Encoder, R> task) {
    try (Encoder encoder = provider.get().open(config)) {
      return Interrupt.cancelling(flags.cancellation(), () -> task.apply(encoder));
    }
  }
}
