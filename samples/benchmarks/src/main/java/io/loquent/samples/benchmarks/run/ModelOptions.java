package io.loquent.samples.benchmarks.run;

import io.loquent.samples.benchmarks.models.LlamaShape;
import io.loquent.samples.benchmarks.models.MarianShape;
import io.loquent.samples.benchmarks.models.ModelLibrary;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** The options of a command that say which models it measures, and where they are. */
final class ModelOptions {

  @Option(
      names = "--models",
      description = "Where models are built and kept (default: beside the jar).")
  private Path models = Processes.home().resolve("benchmark-models");

  @Option(names = "--tiny", description = "Takes tiny shapes: tries the command, measures nothing.")
  private boolean tiny;

  Path folder() {
    return models.toAbsolutePath();
  }

  /** The models, in a folder that is there. */
  ModelLibrary library() throws IOException {
    Files.createDirectories(models);
    return new ModelLibrary(
        folder(),
        tiny ? LlamaShape.TINY : LlamaShape.SMOLLM2_135M,
        tiny ? MarianShape.TINY : MarianShape.OPUS_MT);
  }
}
