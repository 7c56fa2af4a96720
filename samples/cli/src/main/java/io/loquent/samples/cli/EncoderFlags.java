package io.loquent.samples.cli;

import io.loquent.Cancellation;
import io.loquent.InvalidRequestException;
import io.loquent.encoder.EncoderOptions;
import io.loquent.encoder.Truncation;
import java.util.Locale;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** What all tasks of an encoder have in common on the command line. */
final class EncoderFlags {

  private final Cancellation cancellation = Cancellation.create();

  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec = CommandSpec.create();

  @Option(
      names = "--truncation",
      paramLabel = "HOW",
      description =
          "What happens to a text that is too long: error, truncate, or stride (overlapping"
              + " windows).")
  private @Nullable Truncation truncation;

  @Option(
      names = "--max-length",
      paramLabel = "N",
      description = "Most tokens that the model reads at once, special ones included.")
  private @Nullable Integer maxLength;

  @Option(
      names = "--stride",
      paramLabel = "N",
      description = "Tokens that neighbouring windows share; turns --truncation=stride on.")
  private @Nullable Integer stride;

  @Option(names = "--batch-size", paramLabel = "N", description = "Most rows to run at once.")
  private @Nullable Integer batchSize;

  @Option(names = "--json", description = "Prints JSON, an object on each line.")
  private boolean json;

  boolean json() {
    return json;
  }

  /** The handle that Ctrl-C throws. */
  Cancellation cancellation() {
    return cancellation;
  }

  /** Puts what all tasks have in common into a task's options, and lets the task add its own. */
  <B extends EncoderOptions.Builder<B>, O> O options(B builder, TaskFlags<B, O> task) {
    return checked(
        () -> {
          builder.cancellation(cancellation);
          if (stride != null && truncation != null && truncation != Truncation.STRIDE) {
            throw new InvalidRequestException(
                "--stride reads long texts in windows, and --truncation "
                    + truncation.name().toLowerCase(Locale.ROOT)
                    + " does not; leave one of them out");
          }
          if (stride != null) {
            builder.truncation(Truncation.STRIDE).stride(stride);
          }
          if (truncation != null) {
            builder.truncation(truncation);
          }
          if (maxLength != null) {
            builder.maxLength(maxLength);
          }
          if (batchSize != null) {
            builder.batchSize(batchSize);
          }
          return task.build(builder);
        });
  }

  /** Sets what is a task's own. */
  @FunctionalInterface
  interface TaskFlags<B, O> {
    O build(B builder);
  }

  private <T> T checked(Supplier<T> options) {
    try {
      return options.get();
    } catch (InvalidRequestException e) {
      throw new ParameterException(spec.commandLine(), OneLineErrors.message(e), e);
    }
  }
}
